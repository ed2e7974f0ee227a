#!/usr/bin/env python3
"""Fails the calls of a tool one after the other, and looks at what comes of it.

    sweep.py [-c CALL,...] [-e ERRNO] [-f] [-n N] [-k] [-o OUTPUT] LIBRARY COMMAND...

COMMAND is run once as it is; then with its first of the calls (malloc,calloc,realloc) failing (ENOMEM), with its
second, and so on; -f: with all that follow failing, too; -n: with N of them in all. LIBRARY is fail_calls.so.
Each time it must either do all that it did undisturbed, the same bytes on standard output and in OUTPUT and the same status,
or fail: status 1, one line "tool: object: reason" on standard error, and what lay in OUTPUT before as it was, with nothing
beside it. A status of 4, for an input left out, is right only with -k: where a worker of a sandbox ran out of its memory.

Prints what is wrong, a line each; the status is 0 if nothing is.
"""
import getopt
import os
import re
import shutil
import subprocess
import sys

options, arguments = getopt.getopt(sys.argv[1:], 'c:e:fn:ko:')
options = dict(options)
calls = options.get('-c', 'malloc,calloc,realloc')
error = options.get('-e', 'ENOMEM')
output = options.get('-o')
library, command = arguments[0], arguments[1:]
tool = os.path.basename(command[0])
line = re.compile(re.escape(tool) + r': .+: .+')
ignored = (tool + ': sandbox: cannot be set up', tool + ': --no-sandbox: ')


def content(path):
    """All bytes below a path, by name; None: nothing is there."""
    if not path or not os.path.lexists(path):
        return None
    if not os.path.isdir(path):
        with open(path, 'rb') as file:
            return file.read()
    return {name: content(os.path.join(path, name)) for name in os.listdir(path)}


def remove(path):
    if path and os.path.isdir(path):
        shutil.rmtree(path)
    elif path and os.path.lexists(path):
        os.remove(path)


def litter():
    return [name for name in os.listdir('.') if re.match(r'\..*\.\d+-\d+$', name)]


def run(**settings):
    environment = dict(os.environ, LD_PRELOAD=library, FAIL_CALL=calls, FAIL_ERRNO=error, **settings)
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False,
        timeout=100)


def count():
    remove(output)
    run(FAIL_LOG='.calls')
    if not os.path.exists('.calls'):
        return 0
    with open('.calls', 'rb') as file:
        number = sum(1 for _ in file)
    os.remove('.calls')
    return number


def judge(result, undisturbed, whole, before):
    """What is wrong with a result; None: nothing."""
    said = result.stderr.decode(errors='replace').splitlines()
    usual = undisturbed.stderr.decode(errors='replace').splitlines()
    said = [text for text in said if text not in usual and not text.startswith(ignored)]
    if result.returncode == undisturbed.returncode:
        if result.stdout != undisturbed.stdout or content(output) != whole:
            return 'another result'
        return None if result.stderr == undisturbed.stderr else 'says else: ' + ' | '.join(said)
    if '-k' in options:
        kept = [text for text in said if 'took more than' not in text]
        if result.returncode == 4 and len(kept) < len(said):
            return None
        said = kept
    if result.returncode != 1:
        return 'status %d: %s' % (result.returncode, ' | '.join(said))
    if len(said) != 1 or not line.fullmatch(said[0]) or 'unknown error' in said[0]:
        return 'says: ' + ' | '.join(said)
    if content(output) != before:
        return 'lost what was there: ' + said[0]
    return 'leaves ' + litter()[0] if litter() else None


def main():
    remove(output)
    undisturbed = run()
    whole = content(output)
    number = count()
    if '-f' in options:
        forever = {'FAIL_FOREVER': '1'}
    else:
        forever = {}
    wrong = 0
    before = b'what was there before'
    print('# %d calls of %s' % (number, ' '.join(command)))
    chosen = min(int(options.get('-n', number)), number)
    for at in sorted({1 + i * (number - 1) // max(chosen - 1, 1) for i in range(chosen)}):
        remove(output)
        if output and not isinstance(whole, dict):
            with open(output, 'wb') as file:
                file.write(before)
        problem = judge(run(FAIL_AT=str(at), **forever), undisturbed, whole, content(output))
        if problem:
            wrong += 1
            print('call %d: %s' % (at, problem))
        for name in litter():
            remove(name)
    remove(output)
    return wrong > 0


sys.exit(main())
