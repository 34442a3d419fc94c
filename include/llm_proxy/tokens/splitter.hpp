#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;

namespace llm_proxy::tokens {

/// Cuts text into the pieces inside which tokens lie: words, numbers, runs of signs or of white
/// space, as a pattern says. Immutable, so for any thread.
class splitter {
public:
    /// `pattern` is one of this program: it must compile, else `std::logic_error`.
    explicit splitter(const std::string& pattern);

    /// Goes through one text; used by one thread.
    class walk {
    public:
        /// `text` is UTF-8.
        walk(const splitter& by, std::string_view text);
        /// The next piece; empty at the end.
        std::string_view next();

    private:
        struct free_match {
            void operator()(pcre2_real_match_data_8* match) const;
        };

        const pcre2_real_code_8* code_;
        std::unique_ptr<pcre2_real_match_data_8, free_match> match_;
        std::string_view text_;
        std::size_t at_ = 0;
    };

private:
    struct free_code {
        void operator()(pcre2_real_code_8* code) const;
    };

    std::unique_ptr<pcre2_real_code_8, free_code> code_;
};

} // namespace llm_proxy::tokens
