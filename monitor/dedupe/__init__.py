"""The recognise stage: have we seen it?"""
