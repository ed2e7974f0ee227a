#include "image/color.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>

#include <lcms2.h>
#include <lcms2_plugin.h>

enum {
	STEPS = 5,
	TOLERANCE = 2,
	PROFILE_MAXIMUM = 16 << 20,
	ALLOCATION_MAXIMUM = 512 << 20 /* lcms' own limit */
};

struct color_conversion {
	cmsContext library;
	cmsHTRANSFORM transform;
};

static const struct {
	int size;
	cmsColorSpaceSignature space;
	cmsUInt32Number in, out;
} layouts[] = {
	[PIXELS_GREY] = {1, cmsSigGrayData, TYPE_GRAY_8, TYPE_RGB_8},
	[PIXELS_RGB] = {3, cmsSigRgbData, TYPE_RGB_8, TYPE_RGB_8},
	[PIXELS_RGBA] = {4, cmsSigRgbData, TYPE_RGBA_8, TYPE_RGBA_8},
	[PIXELS_CMYK] = {4, cmsSigCmykData, TYPE_CMYK_8, TYPE_RGB_8},
	[PIXELS_CMYK_INVERTED] = {4, cmsSigCmykData, TYPE_CMYK_8_REV, TYPE_RGB_8},
};

/* ---- memory: without it lcms crashes in several places ---- */

/* Where to jump to then, out of lcms. */
static _Thread_local jmp_buf *without_memory;

static void *reallocate(cmsContext library, void *memory, cmsUInt32Number size)
{
	void *larger = size <= ALLOCATION_MAXIMUM ? realloc(memory, size ? size : 1) : NULL;
	(void)library;
	if (!larger && size <= ALLOCATION_MAXIMUM && without_memory)
		longjmp(*without_memory, 1);
	return larger;
}

static void *allocate(cmsContext library, cmsUInt32Number size)
{
	return reallocate(library, NULL, size);
}

static void release(cmsContext library, void *memory)
{
	(void)library;
	free(memory);
}

static cmsPluginMemHandler memory_handler = {
	.base = {.Magic = cmsPluginMagicNumber,
		.ExpectedVersion = 2000,
		.Type = cmsPluginMemHandlerSig},
	.MallocPtr = allocate,
	.FreePtr = release,
	.ReallocPtr = reallocate,
};

/* ---- conversions ---- */

int pixel_layout_size(enum pixel_layout layout)
{
	return layouts[layout].size;
}

bool pixel_layout_is_cmyk(enum pixel_layout layout)
{
	return layouts[layout].space == cmsSigCmykData;
}

/* Whether it leaves every colour of a grid unchanged. */
static bool is_identity(cmsHTRANSFORM transform, enum pixel_layout layout)
{
	int size = layouts[layout].size,
	    count = layout == PIXELS_GREY ? STEPS : STEPS * STEPS * STEPS;
	if (pixel_layout_is_cmyk(layout))
		return false;
	for (int i = 0; i < count; i++) {
		unsigned char in[4] = {0}, out[4];
		for (int c = 0, rest = i; c < 3 && c < size; c++, rest /= STEPS)
			in[c] = (unsigned char)(rest % STEPS * 255 / (STEPS - 1));
		cmsDoTransform(transform, in, out, 1);
		for (int c = 0; c < 3; c++)
			if (abs(out[c] - in[size == 1 ? 0 : c]) > TOLERANCE)
				return false;
	}
	return true;
}

/* Whether it is sRGB, as most profiles are: creating a transform takes longer than decoding a small
 * picture. sRGB's primaries adapted to D50 and its transfer curve: IEC 61966-2-1. */
static bool is_srgb(cmsHPROFILE profile)
{
	static const struct {
		cmsTagSignature primary, curve;
		double x, y, z;
	} channels[3] = {
		{cmsSigRedColorantTag, cmsSigRedTRCTag, 0.4360, 0.2225, 0.0139},
		{cmsSigGreenColorantTag, cmsSigGreenTRCTag, 0.3851, 0.7169, 0.0971},
		{cmsSigBlueColorantTag, cmsSigBlueTRCTag, 0.1431, 0.0606, 0.7141},
	};
	const double tolerance = 0.0015;
	if (!cmsIsMatrixShaper(profile) || cmsIsTag(profile, cmsSigAToB0Tag))
		return false;
	for (int c = 0; c < 3; c++) {
		const cmsCIEXYZ *primary = cmsReadTag(profile, channels[c].primary);
		const cmsToneCurve *curve = cmsReadTag(profile, channels[c].curve);
		if (!primary || !curve || fabs(primary->X - channels[c].x) > tolerance ||
			fabs(primary->Y - channels[c].y) > tolerance ||
			fabs(primary->Z - channels[c].z) > tolerance)
			return false;
		for (int i = 0; i <= 16; i++) {
			double value = i / 16.0,
			       light = value <= 0.04045 ? value / 12.92
							: pow((value + 0.055) / 1.055, 2.4);
			if (fabs((double)cmsEvalToneCurveFloat(curve, (float)value) - light) >
				tolerance)
				return false;
		}
	}
	return true;
}

static cmsHTRANSFORM create_transform(cmsContext library, const unsigned char *profile, size_t size,
	enum pixel_layout layout)
{
	cmsHTRANSFORM transform = NULL;
	cmsHPROFILE to = NULL,
		    from = cmsOpenProfileFromMemTHR(library, profile, (cmsUInt32Number)size);
	if (from && cmsGetColorSpace(from) == layouts[layout].space && !is_srgb(from))
		to = cmsCreate_sRGBProfileTHR(library);
	if (to)
		transform = cmsCreateTransformTHR(library, from, layouts[layout].in, to,
			layouts[layout].out, INTENT_PERCEPTUAL,
			cmsFLAGS_NOCACHE | (layout == PIXELS_RGBA ? cmsFLAGS_COPY_ALPHA : 0));
	if (from)
		cmsCloseProfile(from);
	if (to)
		cmsCloseProfile(to);
	return transform;
}

/* Returns whether a conversion is needed. Without memory it returns false with errno ENOMEM, and
 * what lcms had allocated leaks. */
static bool create_conversion(struct color_conversion *conversion, const unsigned char *profile,
	size_t size, enum pixel_layout layout)
{
	jmp_buf jump;
	without_memory = &jump;
	if (setjmp(jump)) {
		without_memory = NULL;
		*conversion = (struct color_conversion){0};
		errno = ENOMEM;
		return false;
	}
	conversion->library = cmsCreateContext(&memory_handler, NULL);
	if (conversion->library)
		conversion->transform =
			create_transform(conversion->library, profile, size, layout);
	bool needed = conversion->transform && !is_identity(conversion->transform, layout);
	without_memory = NULL;
	return needed;
}

struct color_conversion *color_conversion_create(const unsigned char *profile, size_t size,
	enum pixel_layout layout)
{
	if (!profile || size > PROFILE_MAXIMUM)
		return NULL;
	struct color_conversion *conversion = calloc(1, sizeof *conversion);
	if (!conversion || create_conversion(conversion, profile, size, layout))
		return conversion;
	color_conversion_free(conversion);
	return NULL;
}

void color_convert(const struct color_conversion *conversion, const unsigned char *in,
	unsigned char *out, size_t pixels)
{
	cmsDoTransform(conversion->transform, in, out, (cmsUInt32Number)pixels);
}

void color_conversion_free(struct color_conversion *conversion)
{
	if (!conversion)
		return;
	if (conversion->transform)
		cmsDeleteTransform(conversion->transform);
	if (conversion->library)
		cmsDeleteContext(conversion->library);
	free(conversion);
}
