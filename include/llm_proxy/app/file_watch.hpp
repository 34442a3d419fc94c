#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace llm_proxy::app {

/// Tells when one of some files was written, replaced or removed (inotify). Editors write in
/// several steps, so it waits until nothing more happened for a moment.
class file_watch {
public:
    file_watch(boost::asio::io_context& context, std::function<void()> on_change);
    ~file_watch();

    /// Watches these files from now on instead of the ones before.
    void watch(const std::vector<std::string>& files);
    void stop();

private:
    struct state;
    std::shared_ptr<state> state_;
};

} // namespace llm_proxy::app
