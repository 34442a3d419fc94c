#pragma once

#include "llm_proxy/net/stream.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace llm_proxy::test {

/// A client connection that keeps what is written to it, one text for every write.
class recording_stream final : public net::byte_stream {
public:
    explicit recording_stream(net::executor ex) : executor_(ex) {}

    /// Takes no more than this in a `try_write`, like a kernel whose buffer is full.
    std::size_t room = std::numeric_limits<std::size_t>::max();
    bool broken = false;
    std::vector<std::string> writes;

    std::string all() const {
        std::string out;
        for (const std::string& one : writes) {
            out += one;
        }
        return out;
    }

    net::executor get_executor() override { return executor_; }
    net::task<net::io_result> read_some(std::span<char>) override {
        co_return net::io_result(boost::asio::error::eof, 0);
    }
    void start_read(std::span<char>, std::shared_ptr<net::read_handler>) override {}

    net::error_code try_write(std::span<const std::string_view> pieces,
                              std::size_t& written) override {
        written = 0;
        if (broken) {
            return boost::asio::error::broken_pipe;
        }
        const std::string taken = join(pieces).substr(0, room);
        written = taken.size();
        if (!taken.empty()) {
            writes.push_back(taken);
        }
        return {};
    }
    net::task<net::error_code> write_rest(std::span<const std::string_view> pieces,
                                          std::size_t done) override {
        if (broken) {
            co_return boost::asio::error::broken_pipe;
        }
        writes.push_back(join(pieces).substr(done));
        co_return net::error_code();
    }

    bool is_silent() override { return true; }
    void close() override {}
    void shutdown_send() override {}

private:
    static std::string join(std::span<const std::string_view> pieces) {
        std::string out;
        for (const std::string_view piece : pieces) {
            out.append(piece);
        }
        return out;
    }

    net::executor executor_;
};

} // namespace llm_proxy::test
