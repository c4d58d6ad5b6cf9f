// What we write, as libhdf5 reads it.
#include <gtest/gtest.h>

#ifdef RONDO_HAVE_LIBHDF5

#include <hdf5.h>

#include <string>
#include <vector>

#include "io/hdf5.h"

namespace rondo {
namespace {

// The file in memory, opened by libhdf5.
class Oracle {
 public:
  explicit Oracle(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {
    access_ = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access_, 1 << 16, 0);
    H5Pset_file_image(access_, bytes_.data(), bytes_.size());
    file_ = H5Fopen("image", H5F_ACC_RDONLY, access_);
  }
  ~Oracle() {
    if (file_ >= 0) H5Fclose(file_);
    H5Pclose(access_);
  }
  hid_t file() const { return file_; }

  // The numbers at a path as float, and its shape.
  std::vector<float> read(const std::string& path, std::vector<hsize_t>* shape = nullptr) const {
    const hid_t data = H5Dopen2(file_, path.c_str(), H5P_DEFAULT), space = H5Dget_space(data);
    std::vector<hsize_t> sizes(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
    H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
    std::vector<float> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    EXPECT_GE(H5Dread(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0) << path;
    H5Sclose(space);
    H5Dclose(data);
    if (shape) *shape = sizes;
    return values;
  }
  hsize_t links(const std::string& path) const {
    H5G_info_t info{};
    EXPECT_GE(H5Gget_info_by_name(file_, path.c_str(), &info, H5P_DEFAULT), 0) << path;
    return info.nlinks;
  }
  bool exists(const std::string& path) const { return H5Lexists(file_, path.c_str(), H5P_DEFAULT) > 0; }

 private:
  std::vector<std::byte> bytes_;
  hid_t access_ = -1, file_ = -1;
};

// Group sizes around those at which a symbol node (8) and a B-tree node (256) are full.
TEST(Hdf5Oracle, Libhdf5ReadsWhatWeWrite) {
  std::vector<float> numbers;
  for (int i = 0; i < 2048; ++i) numbers.push_back(static_cast<float>(i) / 8);
  for (const int entries : {0, 1, 7, 8, 9, 255, 256, 257, 1000}) {
    SCOPED_TRACE(entries);
    hdf5::Writer writer;
    writer.group("vars");
    writer.group("empty/in/empty");
    writer.group("many");
    writer.int32("optimizer/vars/0", -7);
    writer.float32("optimizer/vars/1", 0.125f);
    writer.float32("none", Shape{0, 4}, {});
    for (int i = 0; i < entries; ++i)
      writer.float32("many/" + std::to_string(i), Shape{2, 3},
                     std::span<const float>(numbers).subspan(static_cast<std::size_t>(i), 6));
    const Oracle oracle(writer.finish());
    ASSERT_GE(oracle.file(), 0);
    EXPECT_EQ(oracle.links("/"), 5u);
    EXPECT_EQ(oracle.links("vars"), 0u);
    EXPECT_EQ(oracle.links("empty/in/empty"), 0u);
    ASSERT_EQ(oracle.links("many"), static_cast<hsize_t>(entries));
    EXPECT_EQ(oracle.read("optimizer/vars/0"), std::vector<float>{-7});
    EXPECT_EQ(oracle.read("optimizer/vars/1"), std::vector<float>{0.125f});
    std::vector<hsize_t> shape;
    EXPECT_TRUE(oracle.read("none", &shape).empty());
    EXPECT_EQ(shape, (std::vector<hsize_t>{0, 4}));
    for (int i = 0; i < entries; ++i) {
      const auto from = numbers.begin() + i;
      ASSERT_EQ(oracle.read("many/" + std::to_string(i), &shape), std::vector<float>(from, from + 6)) << i;
      ASSERT_EQ(shape, (std::vector<hsize_t>{2, 3}));
    }
    EXPECT_FALSE(oracle.exists("many/" + std::to_string(entries)));
  }
}

}  // namespace
}  // namespace rondo

#else

TEST(Hdf5Oracle, Libhdf5ReadsWhatWeWrite) { GTEST_SKIP() << "libhdf5-dev was not there when the tests were built"; }

#endif
