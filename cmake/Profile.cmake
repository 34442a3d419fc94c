# The release build lays its code out by how the program ran when it was recorded (`make profile`).
# Functions that changed since then are compiled as if there were no profile.
option(LLM_PROXY_RECORD_PROFILE "Build a program that records how it runs" OFF)
set(profile ${CMAKE_SOURCE_DIR}/cmake/release.profdata)

if(CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    if(LLM_PROXY_RECORD_PROFILE)
        set(profile_options -fprofile-generate=${CMAKE_BINARY_DIR}/runs -fprofile-update=atomic)
    elseif(EXISTS ${profile})
        set(profile_options -fprofile-use=${profile}
            -Wno-profile-instr-unprofiled -Wno-profile-instr-out-of-date -Wno-backend-plugin)
        set(profile_in_use ${profile}) # what is compiled with it depends on it
    endif()
    if(profile_options) # a file's functions go by its name alone, wherever the source lies
        list(APPEND profile_options -mllvm -static-func-full-module-prefix=false)
    endif()
    target_compile_options(llm_proxy_options INTERFACE ${profile_options})
    target_link_options(llm_proxy_options INTERFACE ${profile_options})
endif()
