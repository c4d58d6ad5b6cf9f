#include <ostream>
#include "rondo/core/array.h"
namespace rondo {
std::string Array::text() const { return {}; }
std::ostream& operator<<(std::ostream& out, const Array& array) { return out << array.text(); }
std::string explain(const Array& array) { return array.shape().text(); }
}  // namespace rondo
