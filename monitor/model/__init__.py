"""The words of the trade as frozen values, by noun. No input or output, no library, no clock."""
