"""The words that a project's own SQL may use. What is not here is refused: a word may be a door.

Not here are the clauses that change how a statement runs or where its result goes (SETTINGS,
FORMAT, INTO), the ones that take functions by name (APPLY, COLUMNS), and every function that reads
something other than its arguments.
"""


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


KEYWORDS = _words(
    "select distinct from where group by having order limit offset as with union all except",
    "intersect and or not in between like ilike is null asc desc nulls first last join inner left",
    "right full outer cross any semi anti asof on using array case when then else end interval",
    "over partition rows range unbounded preceding following current row window qualify exists",
    "true false ties nan inf fill to step rollup cube grouping sets cast year quarter month",
    "week day hour minute second millisecond microsecond nanosecond years quarters months weeks",
    "days hours minutes seconds date timestamp",
)
# Words of KEYWORDS that may also be a name, as in `count() AS day`.
NAMES_TOO = _words(
    "first last end year quarter month week day hour minute second millisecond microsecond",
    "nanosecond years quarters months weeks days hours minutes seconds date timestamp step range",
    "row rows current sets",
)
TYPES = _words(
    "String Bool UUID Int8 Int16 Int32 Int64 Int128 Int256 UInt8 UInt16 UInt32 UInt64 UInt128",
    "UInt256 Float32 Float64 Date Date32 DateTime DateTime64 Array Map Tuple Nullable",
    "Decimal Decimal32 Decimal64 Decimal128 FixedString LowCardinality",
)
OF_MANY = _words(
    "count sum avg min max any anyLast argMin argMax uniq uniqExact uniqHLL12 median",
    "quantile quantileExact quantileTDigest quantiles quantilesExact quantilesTDigest stddevPop",
    "stddevSamp varPop varSamp covarPop covarSamp corr skewPop skewSamp kurtPop kurtSamp",
    "groupArray groupUniqArray groupArrayArray groupUniqArrayArray topK sumMap sumWithOverflow",
    "entropy simpleLinearRegression deltaSum boundingRatio first_value last_value",
)
AGGREGATES = OF_MANY | {f"{name}If" for name in OF_MANY}
HIGHER_ORDER = _words(
    "arrayMap arrayFilter arrayExists arrayAll arrayCount arrayFirst arrayLast arrayFirstIndex",
    "arrayLastIndex arraySum arrayAvg arrayMin arrayMax arraySort arrayReverseSort arrayCumSum",
    "arrayProduct arrayCompact arrayDifference mapFilter mapApply mapExists mapAll",
)
_PLAIN = _words(
    # numbers
    "abs sign sqrt cbrt exp exp2 exp10 log log2 log10 ln pow power floor ceil ceiling round trunc",
    "roundBankers greatest least modulo mod intDiv intDivOrZero plus minus multiply divide",
    "negate isNaN isFinite isInfinite ifNotFinite sin cos tan tanh sigmoid pi bar widthBucket",
    "bitAnd bitOr bitXor",
    # conditions and NULL
    "if multiIf coalesce ifNull nullIf isNull isNotNull assumeNotNull toNullable equals notEquals",
    "less greater lessOrEquals greaterOrEquals and or not xor isNotDistinctFrom transform",
    "caseWithExpression caseWithoutExpression isZeroOrNull",
    # text
    "length lengthUTF8 empty notEmpty lower upper lowerUTF8 upperUTF8 concat concatWithSeparator",
    "substring substringUTF8 substr leftUTF8 rightUTF8 left right trim trimLeft trimRight ltrim",
    "rtrim replaceOne replaceAll replaceRegexpOne replaceRegexpAll replace position",
    "positionUTF8 positionCaseInsensitive positionCaseInsensitiveUTF8 like notLike ilike notILike",
    "match multiSearchAny startsWith endsWith startsWithUTF8 endsWithUTF8 splitByChar",
    "splitByString splitByRegexp splitByWhitespace extract extractAll countSubstrings",
    "countSubstringsCaseInsensitive countMatches ngramDistance reverse",
    "reverseUTF8 format leftPad rightPad leftPadUTF8 rightPadUTF8 toValidUTF8 isValidUTF8",
    "cityHash64 sipHash64 xxHash64 MD5 hex base64Encode base64Decode tryBase64Decode",
    "arrayStringConcat",
    # URLs and JSON as text
    "domain topLevelDomain path extractURLParameter isValidJSON JSONHas JSONLength JSONType",
    "JSONExtract JSONExtractString JSONExtractInt JSONExtractUInt JSONExtractFloat",
    "JSONExtractBool JSONExtractRaw JSONExtractArrayRaw JSONExtractKeys JSONExtractKeysAndValues",
    "JSON_VALUE simpleJSONExtractString simpleJSONExtractInt simpleJSONExtractFloat",
    # time
    "now now64 today yesterday toDate toDate32 toDateTime toDateTime64 toYear toQuarter toMonth",
    "toWeek toISOWeek toISOYear toDayOfYear toDayOfMonth toDayOfWeek toHour toMinute toSecond",
    "toMillisecond toUnixTimestamp toUnixTimestamp64Milli toUnixTimestamp64Micro",
    "toUnixTimestamp64Nano fromUnixTimestamp fromUnixTimestamp64Milli fromUnixTimestamp64Nano",
    "toStartOfYear toStartOfQuarter toStartOfMonth toStartOfWeek toMonday toStartOfDay",
    "toStartOfHour toStartOfFifteenMinutes toStartOfTenMinutes toStartOfFiveMinutes",
    "toStartOfMinute toStartOfSecond toStartOfInterval toTimeZone timeSlot toYYYYMM toYYYYMMDD",
    "dateDiff date_diff date_trunc dateTrunc dateAdd dateSub addYears addMonths addWeeks addDays",
    "addHours addMinutes addSeconds subtractYears subtractMonths subtractWeeks subtractDays",
    "subtractHours subtractMinutes subtractSeconds age formatDateTime parseDateTimeBestEffort",
    "parseDateTimeBestEffortOrNull parseDateTime64BestEffort parseDateTime64BestEffortOrNull",
    "dateName monthName makeDate makeDateTime toIntervalYear toIntervalQuarter toIntervalMonth",
    "toIntervalWeek toIntervalDay toIntervalHour toIntervalMinute toIntervalSecond",
    "toIntervalMillisecond toIntervalMicrosecond toIntervalNanosecond",
    # kinds of value
    "CAST toString toInt8 toInt16 toInt32 toInt64 toUInt8 toUInt16 toUInt32 toUInt64 toFloat32",
    "toFloat64 toBool toUUID toDecimal32 toDecimal64 toDecimal128 toInt32OrNull toInt64OrNull",
    "toUInt32OrNull toUInt64OrNull toFloat32OrNull toFloat64OrNull toInt32OrZero toInt64OrZero",
    "toUInt64OrZero toFloat64OrZero toInt64OrDefault toFloat64OrDefault toTypeName accurateCast",
    "accurateCastOrNull toDateOrNull toDateTimeOrNull",
    # lists, tuples and maps
    "array arrayElement tuple tupleElement has hasAll hasAny indexOf countEqual arrayConcat",
    "arrayPushBack arrayPushFront arraySlice arrayDistinct arrayUniq arrayReverse arrayFlatten",
    "arrayEnumerate arrayIntersect arrayZip arrayJoin emptyArrayString",
    "range map mapKeys mapValues mapContains mapAdd mapFromArrays",
    # windows
    "row_number rank dense_rank percent_rank cume_dist ntile lag lead lagInFrame leadInFrame",
    "nth_value",
)
FUNCTIONS = _PLAIN | AGGREGATES | HIGHER_ORDER
_FOLDED = frozenset(name.lower() for name in FUNCTIONS)


def is_function(word: str) -> bool:
    """Whatever its case: the engine then knows it or says that it does not."""
    return word.lower() in _FOLDED


# What the engine's parser makes of operators, of which no one writes the name.
OPERATORS = _words(
    "lambda exists isDistinctFrom tupleConcat concat EXTRACT trimBoth",
    "singleValueOrNull",
)
