#include "rondo/core/array.h"
namespace rondo { std::string explain(const Array& array) { return array.shape().text(); } }
