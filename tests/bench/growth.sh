# Time against batch, image side, channels, threads.
repeated "$B/tests/bench/growth"
