"""The health of all past draws: whether chance alone explains what was drawn.

Every test stands on what must hold if the draws were honest, whatever the frames were: within a stratum every set of the
quota's size is as likely as any other, and inspectors whom the rules cannot tell apart are exchangeable. Distributions
are exact; frames that depend on earlier draws (yearly caps) do no harm where a test says that it goes draw by draw.
"""
