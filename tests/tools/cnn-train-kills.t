#!/bin/sh
# cnn-train: killed whenever it may be, and resumed, it ends with the same bytes. KILLS=1000 sh tests/tools/cnn-train-kills.t
# for more of them.
. "$(dirname "$0")/training.sh"

cat >kills.py <<'END'
"""kills.py KILLS PRELOAD COMMAND...: kills COMMAND, which writes m, so often, and runs it again and again until it ends.

Every second kill is at a random moment, the others are inside a call that changes names, if PRELOAD exists. What is wrong
is printed, a line each; a finished m is renamed to ended.N.
"""
import os, random, signal, subprocess, sys, time

kills, preload, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
chance = random.Random(kills)
calls = dict(os.environ, LD_PRELOAD=preload, FAIL_CALL="rename,renameat2,mkdir,unlink,rmdir", FAIL_PATH="m",
    FAIL_ERRNO="SIGKILL")
ours = {"m", "m.partial"}


def start(environment=None):
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)


def run_out():
    """Runs it undisturbed; returns the time that took."""
    began = time.monotonic()
    process = start()
    said = process.communicate()[1]
    if process.returncode or said:
        print("undisturbed: status %d: %s" % (process.returncode, said.decode()))
    return time.monotonic() - began


def kill(number, longest):
    """Returns whether it was killed; else it ended before."""
    inside = number % 2 and os.path.exists(preload)
    process = start(dict(calls, FAIL_AT=str(chance.randrange(1, 40))) if inside else None)
    if not inside:
        time.sleep(chance.uniform(0, longest))
        process.kill()
    said = process.communicate()[1]
    if said or process.returncode not in (0, -signal.SIGKILL):
        print("kill %d: status %d: %s" % (number, process.returncode, said.decode().splitlines()[:1]))
    return process.returncode != 0


ended = done = 0
def end():
    global ended
    left = [name for name in os.listdir(".") if name.startswith(".m") or name.startswith("m.")]
    if left:
        print("end %d: left are %s" % (ended, left))
    os.rename("m", "ended.%d" % ended)
    ended += 1


longest = run_out()
end()
while done < kills:
    if kill(done, longest):
        done += 1
    else:
        end()
run_out()
end()
END
train() { cnn-train -q --architecture small.json --threads 1 --epochs 60 --batch-size 4 --validation v.tens "$@" t.tens; }
train -o whole
kills=${KILLS:-25}
is "$kills kills" "$(python3 kills.py "$kills" "$fail_calls" cnn-train -q --architecture small.json --threads 1 --epochs 60 \
	--batch-size 4 --validation v.tens --checkpoint-every 0 --resume -o m t.tens)" ''
wrong=
for model in ended.*; do same_bytes whole "$model" >/dev/null || wrong="$wrong $model"; done
is "$(ls -d ended.* | wc -l) trainings ended with the same bytes" "$wrong" ''
finish
