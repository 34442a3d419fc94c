# Everything comes from Debian bookworm's packages by name (see scripts/install-packages).
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(simdjson REQUIRED)
find_package(CLI11 REQUIRED)
find_package(date REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)

add_library(llm_proxy_dependencies INTERFACE)
target_link_libraries(llm_proxy_dependencies INTERFACE
    Threads::Threads OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB spdlog::spdlog yaml-cpp
    nlohmann_json::nlohmann_json simdjson::simdjson CLI11::CLI11 date::date-tz Boost::headers
    PkgConfig::PCRE2)
# A request's coroutines have more frames at once than the two that Asio keeps for reuse.
target_compile_definitions(llm_proxy_dependencies INTERFACE
    BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16)
# Asio's and its TLS part's bodies are compiled once, in src/separate_compilation.
target_compile_definitions(llm_proxy_dependencies INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
    BOOST_ASIO_DISABLE_BOOST_ARRAY BOOST_ASIO_DISABLE_BOOST_REGEX)
