"""The decide and deliver stages: who needs to know, and did it arrive?"""
