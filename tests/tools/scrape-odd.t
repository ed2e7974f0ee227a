#!/bin/sh
# scrape-images: what the authors of pages write, and how the recipes page and listing, and each kind of selector, read it.
. "$(dirname "$0")/scrape.sh"

# Exit status, the images asked for, and the message of a run.
look() {
	rm -rf one
	scrape -o one --retries 0 --timeout 10 "$@" x
	said=$(sed "s|^scrape-images: ||; s|$origin||g; s|selector '.*' matched|selector '...' matched|" .err)
	printf '%s ' $status $(rows one url) $said | sed 's/ $//'
}
page() { look --url "$origin$1"; }
listing() { look --site listing --url "$origin$1"; }
feed() { look --site ./feed --url "$origin$1"; }
json() { look --site ./json --url "$origin$1"; }
text() { look --site ./text --url "$origin$1"; }

cases page <<'END'
# ---- img, picture and srcset ----
/picture.html     | %S%l{<picture><source type="image/avif" srcset="/image/a.avif 9000w"><source type="image/webp" srcset="/image/s.webp 320w, /image/l.webp 1280w"><source srcset="/image/m.png 640w"><img src="/image/s.png" srcset="/image/s.png 320w"></picture>%} | 0 /image/l.webp
/picture-lazy.html | %S%l{<picture><source data-srcset="/image/l.png 2x"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="/image/s.png"></picture>%} | 0 /image/l.png
/picture-art.html | %S%l{<picture><source media="(min-width: 800px)" srcset="/image/wide.png"><source srcset="/image/tall.png"><img src="/image/plain.png"></picture>%} | 0 /image/wide.png
/picture-avif.html | %S%l{<picture><source type="image/avif" srcset="/image/a.avif"><source type="IMAGE/JXL" srcset="/image/a.jxl"><img src="/image/plain.png"></picture>%} | 0 /image/plain.png
/picture-link.html | %S%l{<a href="/image/large.png"><picture><source srcset="/image/m.png"><img src="/image/s.png"></picture></a>%} | 0 /image/large.png
/srcset.html      | %S%l{<img src=/image/s.png srcset="/image/w_100,h_50/a.png 100w, /image/w_200,h_90/b.png 200w">%} | 0 /image/w_200,h_90/b.png
/srcset-tight.html | %S%l{<img src=/image/s.png srcset="/image/a.png 1x,/image/b.png 2x,/image/c.png 1.5x">%} | 0 /image/b.png
/srcset-data.html | %S%l{<img src=/image/s.png srcset="data:image/png;base64,iVBORw0KGgo= 9x, /image/b.png 2x">%} | 0 /image/b.png
/srcset-only-data.html | %S%l{<img src=/image/s.png srcset="data:image/png;base64,iVBORw0KGgo= 9x">%} | 0 /image/s.png
/srcset-amp.html  | %S%l{<img srcset="/image/a.png?w=1&amp;h=2 1x, /image/b.png?w=3&amp;h=4 2x">%} | 0 /image/b.png?w=3&h=4
/srcset-bad.html  | %S%l{<img src=/image/s.png srcset=", , ,">%} | 0 /image/s.png
/lazy.html        | %S%l{<img src=data:, data-original=/image/a.png><img src=data:, data-lazy-src=/image/b.png><img src=/image/blank.gif data-lazy=/image/c.png><img data-lazy-srcset="/image/d.png 1x, /image/e.png 2x"><img data-src="" data-original="/image/f.png">%} | 0 /image/a.png /image/b.png /image/c.png /image/e.png /image/f.png
/noscript.html    | %S%l{<img src=data:, class=lazy><noscript><img src=/image/a.png></noscript>%} | 0 /image/a.png
/unquoted.html    | %S%l{<IMG SRC=/image/a.png?b=c&d=e><img src='/image/it"s.png'><img alt=">" src=/image/b.png>%} | 0 /image/a.png?b=c&d=e /image/b.png /image/it"s.png
/comment.html     | %S%l{<!-- <img src=/image/hidden.png> --><script>"<img src=/image/script.png>"</script><style>/*<img src=/image/style.png>*/</style><textarea><img src=/image/text.png></textarea><img src=/image/a.png>%} | 0 /image/a.png /image/text.png
/twice.html       | %S%l{<img src=/image/a.png><img src="/image/a.png#top"><img src=" /image/a.png "><img src=//127.0.0.1:1/../image/b.png>%} | 4 /image/a.png http://127.0.0.1:1/image/b.png x: 1 images, 0 refused, 1 failed: no more pages

# ---- addresses ----
/amp.html         | %S%l{<a href="/image/a.png?x=1&amp;y=2">a</a><a href="/image/b.png?x=1&y=2">b</a><a href="/image/c.png?copy=1">c</a>%} | 0 /image/a.png?x=1&y=2 /image/b.png?x=1&y=2 /image/c.png?copy=1
/entities.html    | %S%l{<img src="/image/&eacute;.png"><img src="/image/&#x42;.png"><img src="/image/%%26.png">%} | 0 /image/%26.png /image/%c3%a9.png /image/B.png
/dots.html        | %S%l{<img src="a/../image/a.png"><img src="./image/./b.png"><img src="../../../image/c.png"><img src="image//d.png">%} | 0 /image//d.png /image/a.png /image/b.png /image/c.png
/fragment.html    | %S%l{<a href="/image/a.png#large">a</a><a href="#/image/b.png">b</a><img src="#">%} | 0 /image/a.png
/query.html       | %S%l{<img src="?image=1"><img src="/image/a.png">%} | 0 /image/a.png /query.html?image=1
/backslash.html   | %S%l{<img src="image\\a.png"><img src="\\image\\b.png?c\\d">%} | 0 /image/a.png /image/b.png?c\\d
/base-late.html   | %S%l{<img src=a.png><base href="/image/"><base href="/other/">%} | 0 /image/a.png
/base-target.html | %S%l{<base target=_blank><base href=""><img src="/image/a.png">%} | 0 /image/a.png
/blank.html       | %S%l{<img src="/image/two words.png"><img src="/image/50%% off.png">%} | 0 /image/50%%20off.png /image/two%20words.png

# ---- what a page says of itself ----
/og.html          | %S%l{<meta property="og:image" content="http://127.0.0.1:1/image/a.png"><meta property="og:image:secure_url" content="/image/a.png"><meta property="og:image:width" content="800"><meta property="og:image" content="/image/b.png"><meta property="og:image" content="/image/c.png">%} | 0 /image/a.png /image/b.png /image/c.png
/og-secure.html   | %S%l{<meta property="og:image:secure_url" content="/image/a.png">%} | 0 /image/a.png
/og-name.html     | %S%l{<meta name="og:image" content="/image/a.png"><meta name="twitter:image:src" content="/image/b.png"><meta itemprop="image" content="/image/c.png"><link rel="image_src" href="/image/d.png">%} | 0 /image/a.png /image/b.png /image/c.png /image/d.png
/og-empty.html    | %S%l{<meta property="og:image" content=""><meta property="og:image:url" content="/image/a.png">%} | 0 /image/a.png
/ld-array.html    | %S%l{<script type="application/ld+json; charset=utf-8">[{"image": "/image/a.png"}, {"image": ["/image/b.png", {"url": ["/image/c.png"]}]}]</script>%} | 0 /image/a.png /image/b.png /image/c.png
/ld-graph.html    | %S%l{<script type=application/ld+json>{"@graph": [{"@type": "WebPage", "primaryImageOfPage": {"@id": "#p"}}, {"@id": "#p", "@type": "ImageObject", "contentUrl": "/image/a.png", "url": "/image/a.png"}, {"@type": "VideoObject", "contentUrl": "/film.mp4?x"}]}</script>%} | 0 /image/a.png
/ld-id.html       | %S%l{<script type="application/ld+json">{"image": {"@id": "#p"}}</script><script type="application/ld+json">{"image": null}</script><script type="application/ld+json"></script><script type="application/ld+json">{"image": "/image/a.png",}</script><img src=/image/b.png>%} | 0 /image/b.png
/ld-deep.html     | %S%l{<script type="application/ld+json">%*{1000:{"a":[%}{"image": "/image/a.png"}%*{1000:]}%}</script><script type="application/ld+json">%*{3000:[%}</script>%} | 0 /image/a.png
/ld-escaped.html  | %S%l{<script type="application/ld+json">{"image": "\\/image\\/\\u00e9.png?a\\u0026b"}</script>%} | 0 /image/%c3%a9.png?a&b

# ---- encodings ----
/latin1.html      | %S%l{<meta charset=iso-8859-1><img src="/image/caf\xe9.png">%} | 0 /image/caf%c3%a9.png
/latin1-sent.html | %SContent-Type: text/html; charset=ISO-8859-1%E%l{<img src="/image/caf\xe9.png">%} | 0 /image/caf%c3%a9.png
/latin1-none.html | %S%l{<p>\xe9<img src="/image/caf\xe9.png">%} | 0 /image/caf%c3%a9.png
/utf8-none.html   | %S%l{<img src="/image/caf\xc3\xa9.png">%} | 0 /image/caf%c3%a9.png
/sjis.html        | %S%l{<meta http-equiv=content-type content="text/html; charset=Shift_JIS"><img src="/image/\x8a\x4c.png">%} | 0 /image/%e8%b2%9d.png
/wrong.html       | %SContent-Type: text/html; charset=utf-16%E%l{<img src="/image/a.png">%} | 1 page: x: selector '...' matched nothing on page 1 (the site may have changed)
/wrong-meta.html  | %S%l{<meta charset=utf-16><img src="/image/\xc3\xa9.png">%} | 0 /image/%c3%a9.png
/mark.html        | %S%l{\xef\xbb\xbf<img src="/image/\xc3\xa9.png">%} | 0 /image/%c3%a9.png
/xhtml.html       | %SContent-Type: application/xhtml+xml%E%l{<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml" xmlns:s="http://www.w3.org/2000/svg"><body><s:svg/><img src="/image/a.png"/></body></html>%} | 0 /image/a.png
END

# ---- links ----
cat >>pages/answers <<'END'
frames.html %S%l{<frameset><frame src="frame-1.html"><frame src="frame-2.html"><frame src="frames.html"></frameset>%}
frame-1.html %S%l{<img src="/image/f1.png"><iframe src="frame-3.html"></iframe>%}
frame-2.html %S%l{<img src="/image/f2.png"><a href="http://localhost/frame-4.html">elsewhere</a>%}
frame-3.html %S%l{<img src="/image/f3.png"><a href="frame-1.html?a&amp;b">again</a>%}
next-1.html %S%l{<link rel="prefetch next" href="next-2.html"><img src="/image/n1.png"><area href="next-3.html">%}
next-2.html %S%l{<img src="/image/n2.png"><a rel="nofollow next" href="next-1.html#end">on</a>%}
END
is "frames are links" "$(look --url "$origin/frames.html" --follow frame)" "0 /image/f1.png /image/f2.png /image/f3.png"
is "each is asked for once" "$(cut -f 1 log | grep /frame | sort | uniq -c | sed 's/ *//' | tr '\n' ' ')" \
	"1 /frame-1.html 1 /frame-1.html?a&b 1 /frame-2.html 1 /frame-3.html 1 /frames.html "
is "the next page, by a link" "$(page /next-1.html)" "0 /image/n1.png /image/n2.png"

# ---- listings: each with its images, and the folders that are asked for ----
for folder in a:b caf%c3%a9 red%20shells blue %3Fodd%23 .hidden green; do
	mkdir "pages/listings/$folder"
	echo '<p>' >"pages/listings/$folder/index.html"
done
folders() { cut -f 1 log | grep -E "^/pages/listings/.|^/\$" | grep -v 'html$' | LC_ALL=C sort | tr '\n' ' '; : >log; }
: >log
is "Apache" "$(listing /pages/listings/apache.html)" "0 /image/apache%20one.JPEG /image/caf%c3%a9%26%232.png"
is "its folders" "$(folders)" "/pages/listings/a:b/ /pages/listings/caf%c3%a9/ "
is "nginx" "$(listing /pages/listings/nginx.html)" \
	"0 /image/%D1%80%D0%B0%D0%BA%D1%83%D1%88%D0%BA%D0%B0.webp /image/a-very-long-name-of-a-picture-of-a-shell-that-is-cut-in-what-is-shown.jpg"
is "its folder" "$(folders)" "/pages/listings/red%20shells/ "
is "lighttpd" "$(listing /pages/listings/lighttpd.html)" "0 /image/light%2bone.png"
is "its folder" "$(folders)" "/pages/listings/blue/ "
is "Python" "$(listing /pages/listings/python.html)" "0 /image/%FF.png /image/python%22two%22.gif /image/python%3Fone.png"
is "its folder, but no hidden one" "$(folders)" "/pages/listings/%3Fodd%23/ "
is "Caddy" "$(listing /pages/listings/caddy.html)" "0 /image/caddy.png"
is "its folder, not what leads up" "$(folders)" "/pages/listings/green/ "

# ---- XML: names without namespaces ----
printf 'format = xml\nitem = //item\nimage = content/@url\nimage = thumbnail/@href\nimage = description -> html //img/@src\nlicence = rights\n' >feed
cases feed <<'END'
/rss.xml      | %S%l{<rss xmlns:media="http://search.yahoo.com/mrss/"><channel><item><media:content url="/image/a.png"/><media:rights>CC0</media:rights></item><item><m:thumbnail xmlns:m="x" xmlns:x="y" x:href="/image/b.png"/></item></channel></rss>%} | 0 /image/a.png /image/b.png
/default.xml  | %S%l{<feed xmlns="http://www.w3.org/2005/Atom"><item><content url="/image/a.png"/></item></feed>%} | 0 /image/a.png
/html.xml     | %S%l{<rss><item><description>&lt;p&gt;&lt;img src="/image/a.png?x&amp;amp;y"&gt;</description></item><item><description><![CDATA[<img src='/image/b.png'>]]></description></item></rss>%} | 0 /image/a.png?x&y /image/b.png
/undeclared.xml | %S%l{<rss><item><media:content url="/image/a.png"/></item></rss>%} | 1 feed: x: selector '...' matched nothing on page 1 (the site may have changed)
/latin1.xml   | %S%l{<?xml version="1.0" encoding="ISO-8859-1"?><rss><item><content url="/image/\xe9.png"/></item></rss>%} | 0 /image/%c3%a9.png
/declared.xml | %SContent-Type: text/xml; charset=utf-8%E%l{<?xml version="1.0" encoding="ISO-8859-1"?><rss><item><content url="/image/\xc3\xa9.png"/></item></rss>%} | 0 /image/%c3%a9.png
/utf16.xml    | %S%l{\xff\xfe<\0r\0>\0<\0i\0t\0e\0m\0>\0<\0c\0o\0n\0t\0e\0n\0t\0 \0u\0r\0l\0=\0"\0/\0i\0m\0a\0g\0e\0/\0a\0.\0p\0n\0g\0"\0/\0>\0<\0/\0i\0t\0e\0m\0>\0<\0/\0r\0>\0%} | 0 /image/a.png
/mark.xml     | %S%l{\xef\xbb\xbf<r><item><content url="/image/a.png"/></item></r>%} | 0 /image/a.png
END

# ---- JSON, also inside other things ----
cat >json <<'EOF'
format = json
item = ..photo
image = url[]
image = "odd.name"
image = data -> json deep.url
image = html -> html //img/@src
width = size.width
fallback = [.]gone$ -> .png
EOF
cases json <<'END'
/kinds.json   | %S%l{{"photo": {"url": "/image/a.png"}, "x": [{"photo": {"url": ["data:,", "/image/b.png"]}}, {"photo": {"odd.name": "/image/c.png"}}, {"photo": null}, {"photo": 7}]}%} | 0 /image/a.png /image/b.png /image/c.png
/inside.json  | %S%l{{"photo": {"data": "{\\"deep\\": {\\"url\\": \\"/image/a.png\\"}}"}, "y": {"photo": {"html": "<p><img src=/image/b.png>"}}, "z": {"photo": {"data": "{broken", "html": "none"}}}%} | 0 /image/a.png /image/b.png
/size.json    | %S%l{[{"photo": {"url": "/image/a.png", "size": {"width": 10}}}, {"photo": {"url": "/image/b.png", "size": {"width": "640"}}}, {"photo": {"url": "/image/c.png", "size": {"width": "640px"}}}, {"photo": {"url": "/image/d.png", "size": {"width": 1e3}}}]%} | 0 /image/b.png /image/c.png /image/d.png
/mark.json    | %S%l{\xef\xbb\xbf{"photo": {"url": "/image/a.png"}}%} | 0 /image/a.png
/keys.json    | %S%l{{"photo": {"url": "/image/a.png"}, "photo": {"url": "/image/b.png"}}%} | 0 /image/b.png
/escape.json  | %S%l{{"photo": {"url": "\\/image\\/\\u00e9\\ud83d\\ude00.png"}}%} | 0 /image/%c3%a9%f0%9f%98%80.png
/surrogate.json | %S%l{{"photo": {"url": "/image/\\ud83d.png"}}%} | 1 json: x: /surrogate.json: not valid JSON: line 1: invalid Unicode '\uD83D' near '"/image/\ud83d.png"'
/nul.json     | %S%l{{"photo": {"url": "/image/a\\u0000.png"}}%} | 1 json: x: /nul.json: not valid JSON: line 1: \u0000 is not allowed without JSON_ALLOW_NUL near '"/image/a\u0000.png"'
/deep.json    | %S%l{%*{2000:{"a":%}{"photo":{"url":"/image/a.png"}}%*{2000:}%}%} | 0 /image/a.png
/deeper.json  | %S%l{%*{100000:[%}%} | 1 json: x: /deeper.json: not valid JSON: line 1: maximum parsing depth reached near '['
/html.json    | %S%l{<html><p>Sorry%} | 1 json: x: /html.json: not valid JSON: line 1: invalid token near '<'
/number.json  | %S%l{1%*{1000:0%}%} | 1 json: x: /number.json: not valid JSON: line 1: too big integer
END

# ---- text, and what costs too much ----
printf 'format = text\nitem = "(/image/[^"]*)" *, *([0-9]+)\nimage = \\1 -> unescape\nwidth = \\2\n' >text
cases text <<'END'
/kinds.txt    | %S%l{f(["/image/a.png",640],["\\/image\\/no.png",640],["/image/b\\u003dc.png" , 999],["/image/small.png",12])%} | 0 /image/a.png /image/b=c.png
/large.txt    | %S%l{%*{5000000:x%}"/image/a.png",640%*{5000000:x%}%} | 0 /image/a.png
/nul.txt      | %S%l{\0"/image/a.png"\0,640\0\0%} | 0 /image/a.png
END
printf 'item = //p\nimage = @title -> text ((x+x+)+)y\n' >slow
printf 'slow.html %%S%%l{%%*{400:<p title="%%*{8000:x%%}">%%}%%}\n' >>pages/answers
is "a regular expression that a page makes slow" "$(look --site ./slow --url "$origin/slow.html")" \
	"1 slow: x: ./slow: line 2: image: ((x+x+)+)y: regular expressions take too long on this page"
printf "item = //p[matches(@title, '((x+x+)+)y')]\nimage = @title\n" >slow
is "one in matches()" "$(look --site ./slow --url "$origin/slow.html")" \
	"1 slow: x: ./slow: line 1: item: //p[matches(@title, '((x+x+)+)y')]: can't be evaluated: regular expressions and texts take too long on this page"
printf 'item = //p\nimage = @title\nskip = ((x+x+)+)y\n' >slow
is "one of skip" "$(look --site ./slow --url "$origin/slow.html")" "1 slow: x: skip, rewrite and fallback: regular expressions take too long on this page"
printf 'huge.html %%S%%l{<a href="%%*{9000000:x%%}.png">%%*{400000:<img>%%}%%}\n' >>pages/answers
is "a huge attribute that each item looks at" "$(page /huge.html | sed 's/ [^ ]*data.sites.page: line [0-9]*: image: .*: can/ ... can/')" \
	"1 page: x: ... can't be evaluated: regular expressions and texts take too long on this page"
printf 'item = //p\nimage = concat(@title, count(@title = 1))\n' >wrong
printf 'wrong.html %%S%%l{<p title=x>%%}\n' >>pages/answers
is "what can't be evaluated does not count as nothing found" "$(look --site ./wrong --url "$origin/wrong.html")" \
	"1 wrong: x: ./wrong: line 2: image: concat(@title, count(@title = 1)): can't be evaluated: wrong argument type of a function"

# ---- a saved page ----
printf '<img src=a.png><img src=b.png>' >saved.html
is "nothing absolute on it" "$(look --page saved.html)" "1 page: x: 2 URLs found, none absolute, and the page has no <base>: 'a.png'"
printf '<base href="%s/image/"><img src=a.png><img src=//b.example/b.png>' "$origin" >saved.html
is "a base" "$(look --page saved.html)" "4 /image/a.png http://b.example/b.png x: 1 images, 0 refused, 1 failed: no more pages"
sed 's/<base[^>]*>//' saved.html >bare.html
run scrape-images --explain --page bare.html x
stdout_has '^    https://b.example/b.png$'
finish
