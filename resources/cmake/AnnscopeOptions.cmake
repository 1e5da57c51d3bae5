# Warnings and sanitizers for every target of the project: link with annscope_options.
add_library(annscope_options INTERFACE)
target_compile_options(annscope_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
    $<$<BOOL:${ANNSCOPE_WERROR}>:-Werror>)
# GCC 12 sees overlapping copies in "x" + std::string where there are none (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(annscope_options INTERFACE -Wno-restrict)
endif()
if(ANNSCOPE_SANITIZE)
    target_compile_options(annscope_options INTERFACE -fsanitize=${ANNSCOPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
    target_link_options(annscope_options INTERFACE -fsanitize=${ANNSCOPE_SANITIZE})
    if(ANNSCOPE_SANITIZE MATCHES "address")
        target_compile_definitions(annscope_options INTERFACE _GLIBCXX_ASSERTIONS)
    endif()
endif()
