// The public surface of coulis. Not a place for code: every name is defined in the folder it belongs to.
export {}
