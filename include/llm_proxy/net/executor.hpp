#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>

namespace llm_proxy::net {

namespace asio = boost::asio;
using boost::system::error_code;

/// The concrete executor of a worker thread; nothing is type-erased, nothing crosses threads.
using executor = asio::io_context::executor_type;

/// A coroutine of a worker thread.
template <class T = void>
using task = asio::awaitable<T, executor>;

inline constexpr asio::use_awaitable_t<executor> use_task{};

using clock = std::chrono::steady_clock;

/// Outcome of one read or write.
struct io_result {
    io_result() = default;
    io_result(error_code e, std::size_t n) : ec(e), size(n) {}

    error_code ec;
    std::size_t size = 0;
};

} // namespace llm_proxy::net
