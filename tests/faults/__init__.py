"""Faults as tests: a load of games at real servers while things go wrong, and a checker that trusts nobody.

The players (`load`) and the checker (`truth`) know what everybody outside knows, the contract and the rules of five in
a row. Neither imports anything of the program: what is wrong in both could be right for each other.
"""
