"""The relate stage: which incident is it?"""
