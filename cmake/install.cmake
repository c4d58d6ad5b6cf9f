# cmake --install: the headers, the library, its command line, and what find_package(rondo) reads. A project outside then says
#   find_package(rondo REQUIRED)
#   target_link_libraries(mine PRIVATE rondo::rondo)
# rondo::rondo_double is the same library with real = double, for gradcheck; it is there if it was built (RONDO_TESTS).
include(CMakePackageConfigHelpers)
set(RONDO_PACKAGE ${CMAKE_INSTALL_LIBDIR}/cmake/rondo)

set(installed rondo)
if(TARGET rondo_double)
  list(APPEND installed rondo_double)
endif()
install(TARGETS ${installed} EXPORT rondo ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET rondo_cli)
  install(TARGETS rondo_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/rondo ${RONDO_GENERATED_INCLUDE}/rondo DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT rondo NAMESPACE rondo:: FILE rondoTargets.cmake DESTINATION ${RONDO_PACKAGE})

file(CONFIGURE OUTPUT rondoConfig.cmake CONTENT [[include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(PkgConfig)
if(NOT TARGET PkgConfig::LIBZIP)
  pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
endif()
include(${CMAKE_CURRENT_LIST_DIR}/rondoTargets.cmake)
]] @ONLY)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/rondoConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/rondoConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/rondoConfigVersion.cmake
        DESTINATION ${RONDO_PACKAGE})
