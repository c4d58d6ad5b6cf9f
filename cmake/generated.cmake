# Generated files: the headers that collect others, and the table that keeps every registered file in a static link.
#
# src/<folder>/<stem>.cpp defines `void rondo::detail::register_<folder>_<stem>()` (RONDO_REGISTER in core/registry.h); files in
# deeper folders register nothing.
set(RONDO_GENERATED ${CMAKE_BINARY_DIR}/generated)
set(RONDO_GENERATED_INCLUDE ${RONDO_GENERATED}/include)
set(RONDO_GENERATED_SOURCES)

function(rondo_write_if_changed path content)
  if(EXISTS ${path})
    file(READ ${path} old)
    if(old STREQUAL content)
      return()
    endif()
  endif()
  file(WRITE ${path} "${content}")
endfunction()

foreach(folder layers activations initializers regularizers constraints losses metrics optimizers)
  file(GLOB stems CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${folder}/*.cpp)
  set(declarations "")
  set(calls "")
  foreach(path IN LISTS stems)
    get_filename_component(stem ${path} NAME_WE)
    string(APPEND declarations "void register_${folder}_${stem}();\n")
    string(APPEND calls "  register_${folder}_${stem}();\n")
  endforeach()
  rondo_write_if_changed(${RONDO_GENERATED}/${folder}_registrations.cpp
    "// Generated from the names of the files in src/${folder}.\nnamespace rondo::detail {\n${declarations}void register_all_${folder}();\nvoid register_all_${folder}() {\n${calls}}\n}  // namespace rondo::detail\n")
  list(APPEND RONDO_GENERATED_SOURCES ${RONDO_GENERATED}/${folder}_registrations.cpp)
endforeach()

file(GLOB layer_headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/include/rondo/layers/*.h)
file(GLOB_RECURSE all_headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/include/rondo/*.h)
set(layers_h "// Generated: every layer.\n#pragma once\n")
foreach(header IN LISTS layer_headers)
  string(APPEND layers_h "#include \"${header}\"\n")
endforeach()
set(all_h "// Generated: every public header.\n#pragma once\n")
foreach(header IN LISTS all_headers)
  string(APPEND all_h "#include \"${header}\"\n")
endforeach()
rondo_write_if_changed(${RONDO_GENERATED_INCLUDE}/rondo/layers.h "${layers_h}")
rondo_write_if_changed(${RONDO_GENERATED_INCLUDE}/rondo/rondo_all.h "${all_h}")
