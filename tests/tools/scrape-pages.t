#!/bin/sh
# scrape-images: pages that mean harm, and answers of interfaces.
. "$(dirname "$0")/scrape.sh"

# What reached the terminal or the manifest and may not.
controls() { cat .err one/manifest.tsv 2>/dev/null | tr -d '\t\n' | LC_ALL=C grep -q '[[:cntrl:]]' && echo CONTROL CHARACTERS; }
# Exit status, the images asked for, and the message of a run that reads a page.
look() {
	rm -rf one
	scrape -o one --retries 0 --timeout 10 "$@" x
	said=$(sed "s|^scrape-images: ||; s|$origin||g; s|?action[^ ]*:|:|; s|xxx*xxx|xxx|g; s|'//img .*'|'//img ...'|" .err)
	printf '%s ' $status $(rows one url) $said $(controls) | sed 's/ $//'
}
page() { look --url "$origin$1"; }
wiki() { look --site mediawiki --api "$origin$1"; }

cases page <<'END'
# ---- large ----
/nested.html     | %S%l{%*{100000:<div>%}<img src=/image/n.png>%} | x
/nested-a.html   | %S%l{%*{100000:<a href=a>%}<img src=/image/n.png>%} | x
/nested-b.html   | %S%l{<img src=/image/n.png>%*{100000:<b><i>%}%} | x
/table.html      | %S%l{%*{20000:<table><tr><td>%}<img src=/image/n.png>%} | x
/attribute.html  | %S%l{<img src=/image/a.png><img alt="%*{10000000:x%}"><img src=/image/b.png>%} | x
/address.html    | %S%l{<img src="/%*{10000000:x%}"><img src=/image/b.png>%} | x
/text.html       | %S%l{<img src=/image/a.png>%*{10000000:x%}<img src=/image/b.png>%} | x
/attributes.html | %S%l{<img %*{5000:%*{9:a%}=1 %} src=/image/a.png>%} | x
/elements.html   | %S%l{%*{100000:<img>%}<img src=/image/a.png>%} | x
/links.html      | %S%l{%*{100000:<a href=/b>%}<img src=/image/a.png>%} | x
/next.html       | %S%l{%*{10000:<a rel=next href=/next.html></a>%}<img src=/image/a.png>%} | x
/srcset.html     | %S%l{<img srcset="%*{500000:/a 1x,%}/image/a.png 2x">%} | x
/srcset-commas.html | %S%l{<img srcset="%*{999999:,%}/image/a.png 2x">%} | x
/srcset-numbers.html | %S%l{<img srcset="/image/a.png 1e999x,/image/b.png -1x,/image/c.png nanx,/image/d.png 2x,/image/e.png infw">%} | x
/unclosed.html   | %S%l{<img src=/image/a.png><!-- %*{1000000:x%}%} | x
/endless.html    | %S%E%*{9999999:endless%} | x
/too-large.html  | %SContent-Length: 16777217%E%E | x
/empty.html      | %S%l{%} | x

# ---- encodings ----
/gzip.html       | %SContent-Encoding: gzip%E%l{%z{<img src=/image/a.png>%}%} | 0 /image/a.png
/bomb.html       | %SContent-Encoding: gzip%E%l{%z{%*{50000000:x%}%}%} | x
/bomb-twice.html | %SContent-Encoding: gzip, gzip%E%l{%z{%z{%*{50000000:x%}%}%}%} | x
/codings.html    | %SContent-Encoding: %*{20:gzip, %}gzip%E%l{x%} | x
/gzip-cut.html   | %SContent-Encoding: gzip%E%E\x1f\x8b\x08\0\0\0\0\0\0\x03\xb3 | x
/gzip-none.html  | %SContent-Encoding: gzip%E%l{<img src=/image/a.png>%} | x
/coding.html     | %SContent-Encoding: nonsense%E%l{<img src=/image/a.png>%} | x

# ---- bytes ----
/utf8.html       | %SContent-Type: text/html; charset=utf-8%E%l{<img src="/image/\xc3\xa9.png"><img src="/image/\xff\xfe.png">%} | x
/no-utf8.html    | %S%l{<meta charset=utf-8>\xff\xfe\xc0\x80<img src=/image/a.png>%} | x
/nul.html        | %S%l{\0<img src=/image/a.png>\0<img src="/image/b\0.png"><im\0g src=/image/c.png>%} | x
/utf16.html      | %S%l{\xff\xfe<\0i\0m\0g\0 \0s\0r\0c\0=\0/\0i\0m\0a\0g\0e\0/\0a\0.\0p\0n\0g\0>\0%} | x
/charset.html    | %SContent-Type: text/html; charset=nonsense%E%l{<img src=/image/a.png>%} | x
/charset-long.html | %SContent-Type: text/html; charset=%*{9999:x%}%E%l{<img src=/image/a.png>%} | x
/charset-escape.html | %SContent-Type: text/html; charset="\e[31m%E%l{<img src=/image/a.png>%} | x
/escape.html     | %S%l{<title>\e[31m</title><img src="/image/\e[31m.png"><img src="/image/&#27;.png"><img src="/image/&#10;.png">%} | x
/tab.html        | %S%l{<img src="/image/a&#9;b.png">%} | x
/binary.html     | %S%l{%I%} | x

# ---- addresses ----
/base.html       | %S%l{<base href="file:///etc/"><img src=passwd><img src=/image/a.png>%} | x
/base-user.html  | %S%l{<base href="http://me@127.0.0.1/"><img src=/image/a.png>%} | x
/schemes.html    | %S%l{<img src=file:///etc/passwd><img src=ftp://127.0.0.1/a.png><img src="javascript:x"><img src=data:image/png;base64,aaaa><img src=//me@127.0.0.1/b.png>%} | x
/refresh.html    | %S%l{<meta http-equiv=refresh content="0; url=file:///etc/passwd"><iframe src=/secret/a></iframe><img src=/image/a.png>%} | x
/doctype.html    | %S%l{<!DOCTYPE html SYSTEM "%O/secret/dtd" [<!ENTITY e SYSTEM "file:///etc/passwd">]><img src="/image/&e;.png">%} | x
/r-file.html     | HTTP/1.1 302 Found%ELocation: file:///etc/passwd%E%l{%} | x
/partial.html    | HTTP/1.1 206 Partial%E%l{<img src=/image/a.png>%} | x
END

cases wiki <<'END'
# ---- XML ----
/good.xml      | %S%l{<api><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | x
/none.xml      | %S%l{<p>a page<br>%} | x
/cut.xml       | %S%l{<api><page><imageinfo><ii url="/image/a.png"/>%} | x
/dtd.xml       | %S%l{<!DOCTYPE api SYSTEM "%O/secret/dtd"><api><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | x
/entity.xml    | %S%l{<!DOCTYPE api [<!ENTITY e SYSTEM "file:///etc/passwd">]><api><error info="a">&e;</error></api>%} | x
/attribute.xml | %S%l{<!DOCTYPE api [<!ENTITY e SYSTEM "file:///etc/passwd">]><api><error info="&e;"/></api>%} | x
/fetched.xml   | %S%l{<!DOCTYPE api [<!ENTITY %% p SYSTEM "%O/secret/p">%%p;]><api><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | x
/internal.xml  | %S%l{<!DOCTYPE api [<!ENTITY e "/image/e.png">]><api><page><imageinfo><ii url="&e;"/></imageinfo></page></api>%} | x
/laughs.xml    | %S%l{<!DOCTYPE api [<!ENTITY a "%*{10:lol%}"><!ENTITY b "%*{10:&a;%}"><!ENTITY c "%*{10:&b;%}"><!ENTITY d "%*{10:&c;%}"><!ENTITY e "%*{10:&d;%}"><!ENTITY f "%*{10:&e;%}"><!ENTITY g "%*{10:&f;%}"><!ENTITY h "%*{10:&g;%}"><!ENTITY i "%*{10:&h;%}">]><api><error info="&i;"/></api>%} | x
/quadratic.xml | %S%l{<!DOCTYPE api [<!ENTITY a "%*{100000:x%}">]><api><error info="%*{10000:&a;%}"/></api>%} | x
/include.xml   | %S%l{<api xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="%O/secret/x"/><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | x
/style.xml     | %S%l{<?xml-stylesheet href="%O/secret/x"?><api><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | x
/deep.xml      | %S%l{%*{100000:<api>%}%} | x
/wide.xml      | %S%l{<api><page><imageinfo>%*{20000:<ii/>%}<ii url="/image/a.png"/></imageinfo></page></api>%} | x
/long.xml      | %S%l{<api a="%*{10000001:x%}"><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | x
/no-utf8.xml   | %S%l{<api><page><imageinfo><ii url="/image/\xff.png"/></imageinfo></page></api>%} | x
/nul.xml       | %S%l{<api>\0<page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | x
/encoding.xml  | %S%l{<?xml version="1.0" encoding="nonsense"?><api><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | x
/error.xml     | %S%l{<api><error info="no&#10;scrape-images: all is well&#9;&#x9b;31m"/></api>%} | x
/error-long.xml | %S%l{<api><error info="%*{100000:x%}"/></api>%} | x
/again.xml     | %S%l{<api><continue a="b"/><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | x
/file.xml      | %S%l{<api><page><imageinfo><ii url="file:///etc/passwd"/><ii url="/image/a.png"/></imageinfo></page></api>%} | x
END
is "nothing that a document names is fetched to read it" "$(asked /secret)" 0

# ---- a limit on what an expression may cost ----
printf 'item = //*[count(//*[count(//*) > 1]) > 1]\nimage = @src\n' >costly
printf 'costly.html %%S%%l{%%*{3000:<p><b>%%}%%}\n' >>pages/answers
started=$(date +%s)
is "an expression that costs too much" "$(look --site ./costly --url "$origin/costly.html")" x
ok "is ended in seconds" test $(($(date +%s) - started)) -lt 5
finish
