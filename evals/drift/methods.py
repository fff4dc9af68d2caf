"""The methods that can be chosen, and from which effect on each of them calls it a drift.

Without numpy, so that pages can offer them. What each computes is in `evals.drift.statistics`.
"""

from enum import StrEnum


class Kind(StrEnum):
    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    TEXT = "text"
    EMBEDDING = "embedding"
    RELATION = "relation"  # of an input to its score: concept drift


class Method(StrEnum):
    KOLMOGOROV_SMIRNOV = "ks"
    WASSERSTEIN = "wasserstein"
    MANN_WHITNEY = "mann_whitney"
    ANDERSON_DARLING = "anderson_darling"
    CRAMER_VON_MISES = "cramer_von_mises"
    ENERGY = "energy"
    CHI_SQUARE = "chi_square"
    CHI_SQUARE_FIT = "chi_square_fit"
    G = "g"
    G_FIT = "g_fit"
    Z = "z"
    PSI = "psi"
    KULLBACK_LEIBLER = "kl"
    JENSEN_SHANNON = "jensen_shannon"
    HELLINGER = "hellinger"
    TOTAL_VARIATION = "total_variation"
    MMD = "mmd"
    CENTROID = "centroid"
    CLASSIFIER = "classifier"
    RELATION = "relation"


OF_SHARES = (
    Method.PSI,
    Method.KULLBACK_LEIBLER,
    Method.JENSEN_SHANNON,
    Method.HELLINGER,
    Method.TOTAL_VARIATION,
)
METHODS: dict[Kind, tuple[Method, ...]] = {
    Kind.NUMERIC: (
        Method.KOLMOGOROV_SMIRNOV,
        Method.WASSERSTEIN,
        Method.MANN_WHITNEY,
        Method.ANDERSON_DARLING,
        Method.CRAMER_VON_MISES,
        Method.ENERGY,
        Method.MMD,
        *OF_SHARES,
    ),
    Kind.CATEGORICAL: (
        Method.CHI_SQUARE,
        Method.CHI_SQUARE_FIT,
        Method.G,
        Method.G_FIT,
        Method.Z,
        *OF_SHARES,
    ),
    Kind.TEXT: (Method.CLASSIFIER,),
    Kind.EMBEDDING: (Method.CENTROID, Method.MMD, Method.CLASSIFIER),
    Kind.RELATION: (Method.RELATION,),
}

SMALL = 1000  # values of a reference, up to which a test of significance is the default
FEW_DISTINCT = 5  # values of a number, up to which it is a category
ALPHA = 0.05
LEAST_SAMPLES = 200  # of each side
LEAST_EFFECT = 0.1  # of every method that has no other
LEAST_EFFECTS = {Method.CENTROID: 0.2, Method.CLASSIFIER: 0.55, Method.MMD: 0.015}


def least_effect(method: Method) -> float:
    """From which effect on `method` calls a difference a drift, unless a monitor says otherwise."""
    return LEAST_EFFECTS.get(method, LEAST_EFFECT)


def default_method(kind: Kind, *, n_reference: int, distinct: int) -> Method:
    """By type and size, as Evidently 0.7 chooses. `distinct` counts the values of both sides
    together, and matters for numbers and categories alone.
    """
    if kind not in (Kind.NUMERIC, Kind.CATEGORICAL):
        return METHODS[kind][0]
    is_small = n_reference <= SMALL
    if kind is Kind.NUMERIC and distinct > FEW_DISTINCT:
        return Method.KOLMOGOROV_SMIRNOV if is_small else Method.WASSERSTEIN
    if not is_small:
        return Method.JENSEN_SHANNON
    return Method.CHI_SQUARE if distinct > 2 else Method.Z
