#include "llm_proxy/tokens/splitter.hpp"

#include "llm_proxy/json/utf8.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <algorithm>
#include <pcre2.h>
#include <stdexcept>

namespace llm_proxy::tokens {

splitter::splitter(const std::string& pattern) {
    int fault = 0;
    PCRE2_SIZE place = 0;
    // The JIT compiler is a speed-up only: where it is missing, matching works without it.
    code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                              PCRE2_UTF, &fault, &place, nullptr));
    if (!code_) {
        throw std::logic_error("a pattern of pieces is wrong at " + std::to_string(place));
    }
    pcre2_jit_compile(code_.get(), PCRE2_JIT_COMPLETE);
}

void splitter::free_code::operator()(pcre2_real_code_8* code) const {
    pcre2_code_free(code);
}

splitter::walk::walk(const splitter& by, std::string_view text)
    : code_(by.code_.get()), match_(pcre2_match_data_create(1, nullptr)), text_(text) {}

std::string_view splitter::walk::next() {
    if (at_ >= text_.size()) {
        return {};
    }
    const int found = pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(text_.data()), text_.size(),
                                  at_, PCRE2_NO_UTF_CHECK, match_.get(), nullptr);
    std::size_t end = found < 0 ? at_ : pcre2_get_ovector_pointer(match_.get())[1];
    if (end <= at_) {
        // No match here would be an exhausted stack of the matcher: the walk goes on all the same.
        end = at_ + std::max<std::size_t>(json::utf8_length(text_.substr(at_)), 1);
    }
    const std::string_view piece = text_.substr(at_, end - at_);
    at_ = end;
    return piece;
}

void splitter::walk::free_match::operator()(pcre2_real_match_data_8* match) const {
    pcre2_match_data_free(match);
}

} // namespace llm_proxy::tokens
