// The C boundary
