# Warnings, sanitizers, hardening and the linker, as one interface target.
add_library(llm_proxy_options INTERFACE)
target_compile_options(llm_proxy_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
    -Woverloaded-virtual -Wold-style-cast -Werror -fno-plt -fstack-protector-strong)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(llm_proxy_options INTERFACE -O2)
    target_compile_definitions(llm_proxy_options INTERFACE _FORTIFY_SOURCE=2)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        # The hot path goes through many small functions of several rooms.
        target_compile_options(llm_proxy_options INTERFACE -flto=thin)
        target_link_options(llm_proxy_options INTERFACE -flto=thin)
    endif()
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Boost's own headers trip these under g++ 12; the last takes a source that another includes, as
    # they are compiled together, for a header.
    target_compile_options(llm_proxy_options INTERFACE
        -fcoroutines -Wno-tsan -Wno-maybe-uninitialized -Wno-stringop-overread
        -Wno-mismatched-new-delete -Wno-subobject-linkage)
else()
    target_link_options(llm_proxy_options INTERFACE -fuse-ld=lld)
endif()

if(CMAKE_UNITY_BUILD)
    # A source's names are in sight of those that are compiled with it; release builds look.
    target_compile_options(llm_proxy_options INTERFACE -Wno-shadow)
endif()

if(LLM_PROXY_SANITIZE)
    target_compile_options(llm_proxy_options INTERFACE
        -fsanitize=${LLM_PROXY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(llm_proxy_options INTERFACE -fsanitize=${LLM_PROXY_SANITIZE})
    # Recycled coroutine frames would hide a use after free.
    target_compile_definitions(llm_proxy_options INTERFACE
        BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
endif()

if(LLM_PROXY_FUZZ)
    # Coverage of the library itself, without libFuzzer's main.
    target_compile_options(llm_proxy_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
