// see json_document.h
