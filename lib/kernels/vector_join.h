/* What becomes of two arrays value by value; one pixel may be repeated. */

INLINE vector joined_of(enum join_kind kind, vector a, vector b)
{
	switch (kind) {
	case JOIN_ADD:
		return a + b;
	case JOIN_SUBTRACT:
		return a - b;
	case JOIN_MULTIPLY:
		return a * b;
	case JOIN_MAXIMUM:
		return largest_of(a, b);
	case JOIN_MINIMUM:
		return choose(b != b, b, smaller_of(b, a));
	case JOIN_COUNT:
		break;
	}
	return a;
}

INLINE void join_values(enum join_kind kind, float *out, const float *a, const float *b,
	size_t count)
{
	FOR_VECTORS (i, part, count)
		store_lanes(out + i,
			joined_of(kind, load_lanes(a + i, part), load_lanes(b + i, part)), part);
}

INLINE void join_as(enum join_kind kind, const struct join_pixels *join)
{
	const float *a = join->first.x, *b = join->second.x;
	const size_t channels = (size_t)join->channels;
	if (join->first.step == join->channels && join->second.step == join->channels) {
		join_values(kind, join->out, a, b, (size_t)join->count * channels);
		return;
	}
	for (int p = 0; p < join->count; p++, a += join->first.step, b += join->second.step)
		join_values(kind, join->out + (size_t)p * channels, a, b, channels);
}

#define JOIN_FUNCTION(kind, function) \
	static void function(const struct join_pixels *join) \
	{ \
		join_as(JOIN_##kind, join); \
	}
JOINS(JOIN_FUNCTION)
#undef JOIN_FUNCTION
