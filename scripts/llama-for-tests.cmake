# Settings of the llama.cpp that the tests run: it serves one tiny model on any x86-64 machine, so
# what makes it fast or large is left out, which takes its compilation from 9 to 2 CPU minutes.
# Included by llama.cpp's own project() call, where plain variables go before its options.
foreach(option
        GGML_NATIVE GGML_OPENMP GGML_CPU_REPACK GGML_LLAMAFILE GGML_ALL_WARNINGS
        LLAMA_ALL_WARNINGS LLAMA_BUILD_COMMON LLAMA_BUILD_TESTS LLAMA_BUILD_TOOLS
        LLAMA_BUILD_EXAMPLES LLAMA_BUILD_SERVER LLAMA_BUILD_APP MTMD_BUILD)
    set(${option} OFF)
endforeach()
set(CMAKE_C_FLAGS_RELEASE "-O1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O0 -DNDEBUG")
