# millrace: small Unix tools that turn the name of a thing into a trained, explained image classifier.
#
#   make pokemon-model   images -> split -> pack -> augment -> train -> evaluate -> predict -> explain
#   make check           every test
#   make all fuzz bench compact-network deps install uninstall clean
#
# VARIANT=release|asan|cov builds beside the others, in build/VARIANT.

VARIANT = release
PREFIX  = /usr/local
DESTDIR =
CC      = cc
CFLAGS  = -O2 -g
LDFLAGS =

B   = build/$(VARIANT)
BIN = $(B)/bin

# What the pipelines call, what must be built before they can, and what else may be set where they are asked for.
MILLRACE_BIN = $(BIN)/
MILLRACE_PROGRAMS = programs
MILLRACE_VARIABLES = VARIANT PREFIX DESTDIR CC CFLAGS T BENCH JSON SECONDS
export MILLRACE_BIN

all: programs

include build.mk
include pipelines/millrace.mk

# The weights of START=compact, which are committed: drawn and trained anew, to the same bytes.
compact-network: programs
	pipelines/train-compact data/compact.keras

.PHONY: all programs check fuzz bench compact-network install uninstall clean
