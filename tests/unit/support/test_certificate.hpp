#pragma once

#include <filesystem>
#include <string>

namespace llm_proxy::test {

/// A self-signed certificate, made when asked for, that is its own authority.
struct test_certificate {
    std::string certificate; // PEM
    std::string key;         // PEM
};

/// `name` is a host name or an IP address; it becomes the only subject alternative name.
test_certificate make_certificate(const std::string& name);

/// A file with the given text, removed at the end.
class temporary_file {
public:
    explicit temporary_file(const std::string& text);
    ~temporary_file();
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

} // namespace llm_proxy::test
