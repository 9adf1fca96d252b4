"""The classify stage: what does it report?"""
