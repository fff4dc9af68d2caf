"""How far two samples lie apart, whether chance explains it, when it began and what moved it.

Pure: values in, values out. Whatever is drawn at random is drawn from a fixed seed, so the same
samples give the same answer in every process. What cannot be answered raises `NotComparable`.
"""
