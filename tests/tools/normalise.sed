# SPDX-License-Identifier: GPL-2.0-only
# What differs between two runs of the same command: numbers, except percentages, digests, units
# of time, and the width of columns.
s/0x[0-9a-f]+|[0-9a-f]{64}/N/g
s/[0-9]+(\.[0-9]+)?%/<&>/g
:again
s/(^|[^<0-9.])[0-9]+(\.[0-9]+)*([^0-9.%]|\.$|$)/\1N\3/
t again
s/[<>]//g
s/N[mun]?s([^a-z]|$)/T\1/g
s/ +/ /g
s/ $//
