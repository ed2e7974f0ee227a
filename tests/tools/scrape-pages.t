#!/bin/sh
# scrape-images: pages that mean harm, and answers of interfaces.
. "$(dirname "$0")/scrape.sh"

# What reached the terminal or the manifest and may not.
controls() { cat .err one/manifest.tsv 2>/dev/null | tr -d '\t\n' | LC_ALL=C grep -q '[[:cntrl:]]' && echo CONTROL CHARACTERS; }
# Exit status, the images asked for, and the message of a run that reads a page.
look() {
	rm -rf one
	scrape -o one --retries 0 --timeout 10 "$@" x
	said=$(sed "s|^scrape-images: ||; s|$origin||g; s|?action[^ ]*:|:|; s|xxx*xxx|xxx|g; s|selector '.*' matched|selector '...' matched|" .err)
	printf '%s ' $status $(rows one url) $said $(controls) | sed 's/ $//'
}
page() { look --url "$origin$1"; }
wiki() { look --site mediawiki --api "$origin$1"; }

cases page <<'END'
# ---- large ----
/nested.html     | %S%l{%*{100000:<div>%}<img src=/image/n.png>%} | 1 page: x: selector '...' matched nothing on page 1 (the site may have changed)
/nested-a.html   | %S%l{%*{100000:<a href=a>%}<img src=/image/n.png>%} | 0 /image/n.png
/nested-b.html   | %S%l{<img src=/image/n.png>%*{100000:<b><i>%}%} | 0 /image/n.png
/table.html      | %S%l{%*{20000:<table><tr><td>%}<img src=/image/n.png>%} | 1 page: x: selector '...' matched nothing on page 1 (the site may have changed)
/attribute.html  | %S%l{<img src=/image/a.png><img alt="%*{10000000:x%}"><img src=/image/b.png>%} | 0 /image/a.png /image/b.png
/address.html    | %S%l{<img src="/%*{10000000:x%}"><img src=/image/b.png>%} | 0 /image/b.png
/text.html       | %S%l{<img src=/image/a.png>%*{10000000:x%}<img src=/image/b.png>%} | 0 /image/a.png /image/b.png
/attributes.html | %S%l{<img %*{5000:%*{9:a%}=1 %} src=/image/a.png>%} | 0 /image/a.png
/elements.html   | %S%l{%*{100000:<img>%}<img src=/image/a.png>%} | 0 /image/a.png
/links.html      | %S%l{%*{100000:<a href=/b>%}<img src=/image/a.png>%} | 0 /image/a.png
/next.html       | %S%l{%*{10000:<a rel=next href=/next.html></a>%}<img src=/image/a.png>%} | 0 /image/a.png
/srcset.html     | %S%l{<img srcset="%*{500000:/a 1x,%}/image/a.png 2x">%} | 0 /image/a.png
/srcset-commas.html | %S%l{<img srcset="%*{999999:,%}/image/a.png 2x">%} | 0 /image/a.png
/srcset-numbers.html | %S%l{<img srcset="/image/a.png 1e999x,/image/b.png -1x,/image/c.png nanx,/image/d.png 2x,/image/e.png infw">%} | 0 /image/d.png
/unclosed.html   | %S%l{<img src=/image/a.png><!-- %*{1000000:x%}%} | 0 /image/a.png
/endless.html    | %S%E%*{9999999:endless%} | 1 /endless.html: x: larger than 16777216 bytes
/too-large.html  | %SContent-Length: 16777217%E%E | 1 /too-large.html: x: larger than 16777216 bytes
/empty.html      | %S%l{%} | 1 page: x: /empty.html: empty page

# ---- encodings ----
/gzip.html       | %SContent-Encoding: gzip%E%l{%z{<img src=/image/a.png>%}%} | 0 /image/a.png
/bomb.html       | %SContent-Encoding: gzip%E%l{%z{%*{20000000:x%}%}%} | 1 /bomb.html: x: larger than 16777216 bytes
/bomb-twice.html | %SContent-Encoding: gzip, gzip%E%l{%z{%z{%*{20000000:x%}%}%}%} | 1 /bomb-twice.html: x: unsupported coding 'gzip, gzip'
/codings.html    | %SContent-Encoding: %*{20:gzip, %}gzip%E%l{x%} | 1 /codings.html: x: Unrecognized or bad HTTP Content or Transfer-Encoding
/gzip-cut.html   | %SContent-Encoding: gzip%E%E\x1f\x8b\x08\0\0\0\0\0\0\x03\xb3 | 1 page: x: /gzip-cut.html: empty page
/gzip-none.html  | %SContent-Encoding: gzip%E%l{<img src=/image/a.png>%} | 1 /gzip-none.html: x: Unrecognized or bad HTTP Content or Transfer-Encoding
/coding.html     | %SContent-Encoding: nonsense%E%l{<img src=/image/a.png>%} | 1 /coding.html: x: unsupported coding 'nonsense'

# ---- bytes ----
/utf8.html       | %SContent-Type: text/html; charset=utf-8%E%l{<img src="/image/\xc3\xa9.png"><img src="/image/\xff\xfe.png">%} | 0 /image/%c3%a9.png /image/%c3%bf%c3%be.png
/no-utf8.html    | %S%l{<meta charset=utf-8>\xff\xfe\xc0\x80<img src=/image/a.png>%} | 0 /image/a.png
/nul.html        | %S%l{\0<img src=/image/a.png>\0<img src="/image/b\0.png"><im\0g src=/image/c.png>%} | 0 /image/a.png /image/b%20.png
/utf16.html      | %S%l{\xff\xfe<\0i\0m\0g\0 \0s\0r\0c\0=\0/\0i\0m\0a\0g\0e\0/\0a\0.\0p\0n\0g\0>\0%} | 0 /image/a.png
/charset.html    | %SContent-Type: text/html; charset=nonsense%E%l{<img src=/image/a.png>%} | 0 /image/a.png
/charset-long.html | %SContent-Type: text/html; charset=%*{9999:x%}%E%l{<img src=/image/a.png>%} | 0 /image/a.png
/charset-escape.html | %SContent-Type: text/html; charset="\e[31m%E%l{<img src=/image/a.png>%} | 0 /image/a.png
/escape.html     | %S%l{<title>\e[31m</title><img src="/image/\e[31m.png"><img src="/image/&#27;.png"><img src="/image/&#10;.png">%} | 0 /image/ /image/.png
/tab.html        | %S%l{<img src="/image/a&#9;b.png"><img src="&#13;/image/c&#10;.png">%} | 0 /image/ab.png /image/c.png
/binary.html     | %S%l{%I%} | 1 page: x: selector '...' matched nothing on page 1 (the site may have changed)

# ---- addresses ----
/base.html       | %S%l{<base href="file:///etc/"><img src=passwd><img src=/image/a.png>%} | 0 /image/a.png /passwd
/base-user.html  | %S%l{<base href="http://me@127.0.0.1/"><img src=/image/a.png>%} | 0 /image/a.png
/schemes.html    | %S%l{<img src=file:///etc/passwd><img src=ftp://127.0.0.1/a.png><img src="javascript:x"><img src=data:image/png;base64,aaaa><img src=//me@127.0.0.1/b.png>%} | 1 page: x: 5 URLs found, none http or https: 'file:///etc/passwd'
/refresh.html    | %S%l{<meta http-equiv=refresh content="0; url=file:///etc/passwd"><iframe src=/secret/a></iframe><img src=/image/a.png>%} | 0 /image/a.png
/doctype.html    | %S%l{<!DOCTYPE html SYSTEM "%O/secret/dtd" [<!ENTITY e SYSTEM "file:///etc/passwd">]><img src="/image/&e;.png">%} | 0 /image/&e;.png
/r-file.html     | HTTP/1.1 302 Found%ELocation: file:///etc/passwd%E%l{%} | 1 /r-file.html: x: redirected to file:///etc/passwd: neither http nor https
/partial.html    | HTTP/1.1 206 Partial%E%l{<img src=/image/a.png>%} | 1 /partial.html: x: HTTP status 206
END

cases wiki <<'END'
# ---- XML ----
/good.xml      | %S%l{<api><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | 0 /image/a.png
/none.xml      | %S%l{<p>a page<br>%} | 1 mediawiki: x: /none.xml: not well-formed XML
/cut.xml       | %S%l{<api><page><imageinfo><ii url="/image/a.png"/>%} | 1 mediawiki: x: /cut.xml: not well-formed XML
/dtd.xml       | %S%l{<!DOCTYPE api SYSTEM "%O/secret/dtd"><api><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | 0 /image/a.png
/entity.xml    | %S%l{<!DOCTYPE api [<!ENTITY e SYSTEM "file:///etc/passwd">]><api><error info="a">&e;</error></api>%} | 1 mediawiki: x: /entity.xml: not well-formed XML
/attribute.xml | %S%l{<!DOCTYPE api [<!ENTITY e SYSTEM "file:///etc/passwd">]><api><error info="&e;"/></api>%} | 1 mediawiki: x: /attribute.xml: not well-formed XML
/fetched.xml   | %S%l{<!DOCTYPE api [<!ENTITY %% p SYSTEM "%O/secret/p">%%p;]><api><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | 1 mediawiki: x: /fetched.xml: not well-formed XML
/internal.xml  | %S%l{<!DOCTYPE api [<!ENTITY e "/image/e.png">]><api><page><imageinfo><ii url="&e;"/></imageinfo></page></api>%} | 1 mediawiki: x: /internal.xml: not well-formed XML
/laughs.xml    | %S%l{<!DOCTYPE api [<!ENTITY a "%*{10:lol%}"><!ENTITY b "%*{10:&a;%}"><!ENTITY c "%*{10:&b;%}"><!ENTITY d "%*{10:&c;%}"><!ENTITY e "%*{10:&d;%}"><!ENTITY f "%*{10:&e;%}"><!ENTITY g "%*{10:&f;%}"><!ENTITY h "%*{10:&g;%}"><!ENTITY i "%*{10:&h;%}">]><api><error info="&i;"/></api>%} | 1 mediawiki: x: /laughs.xml: not well-formed XML
/quadratic.xml | %S%l{<!DOCTYPE api [<!ENTITY a "%*{100000:x%}">]><api><error info="%*{10000:&a;%}"/></api>%} | 1 mediawiki: x: /quadratic.xml: not well-formed XML
/include.xml   | %S%l{<api xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="%O/secret/x"/><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | 0 /image/a.png
/style.xml     | %S%l{<?xml-stylesheet href="%O/secret/x"?><api><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | 0 /image/a.png
/deep.xml      | %S%l{%*{100000:<api>%}%} | 1 mediawiki: x: /deep.xml: not well-formed XML
/wide.xml      | %S%l{<api><page><imageinfo>%*{20000:<ii/>%}<ii url="/image/a.png"/></imageinfo></page></api>%} | 0 /image/a.png
/long.xml      | %S%l{<api a="%*{10000001:x%}"><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | 1 mediawiki: x: /long.xml: not well-formed XML
/no-utf8.xml   | %S%l{<api><page><imageinfo><ii url="/image/\xff.png"/></imageinfo></page></api>%} | 1 mediawiki: x: /no-utf8.xml: not well-formed XML
/nul.xml       | %S%l{<api>\0<page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | 1 mediawiki: x: /nul.xml: not well-formed XML
/encoding.xml  | %S%l{<?xml version="1.0" encoding="nonsense"?><api><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | 1 mediawiki: x: /encoding.xml: not well-formed XML
/error.xml     | %S%l{<api><error info="no&#10;scrape-images: all is well&#9;&#x9b;31m"/></api>%} | 1 mediawiki: x: mediawiki: the site says: no\nscrape-images: all is well\t\xC2\x9B31m
/error-long.xml | %S%l{<api><error info="%*{100000:x%}"/></api>%} | 1 mediawiki: x: mediawiki: the site says: xxx
/again.xml     | %S%l{<api><continue a="b"/><page><imageinfo><ii url="/image/a.png"/></imageinfo></page></api>%} | 0 /image/a.png
/file.xml      | %S%l{<api><page><imageinfo><ii url="file:///etc/passwd"/><ii url="/image/a.png"/></imageinfo></page></api>%} | 0 /image/a.png
END
is "nothing that a document names is fetched to read it" "$(asked /secret)" 0

# ---- a limit on what an expression may cost ----
printf 'item = //*[count(//*[count(//*) > 1]) > 1]\nimage = @src\n' >costly
printf 'costly.html %%S%%l{%%*{3000:<p><b>%%}%%}\n' >>pages/answers
started=$(date +%s)
is "an expression that costs too much" "$(look --site ./costly --url "$origin/costly.html")" \
	"1 costly: x: ./costly: line 1: item: //*[count(//*[count(//*) > 1]) > 1]: can't be evaluated: too many operations on this page"
ok "is ended in seconds" test $(($(date +%s) - started)) -lt 5
finish
