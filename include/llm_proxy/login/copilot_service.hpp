#pragma once

#include "llm_proxy/login/access_source.hpp"
#include "llm_proxy/login/copilot_settings.hpp"
#include "llm_proxy/upstream/client.hpp"

#include <memory>
#include <string>
#include <vector>

namespace llm_proxy::login {

/// The daemon's one login to GitHub Copilot: exchanges tokens for all workers, one at a time, and
/// leads the user through the device flow. Codes to enter go to the log; tokens never do.
///
/// Lives on the event loop of `ex`; only the members of `access_source` may be called from other
/// threads. Must end before that loop's context.
class copilot_service final : public access_source {
public:
    copilot_service(net::executor ex, upstream::shared_services& upstreams,
                    copilot_settings settings);
    ~copilot_service() override;
    copilot_service(const copilot_service&) = delete;
    copilot_service& operator=(const copilot_service&) = delete;

    /// Whether the configuration in force needs the login; again after each change of it.
    void use(bool wanted);
    /// Look at the token files again.
    void files_changed();
    /// The files to look at.
    std::vector<std::string> files() const;
    /// Ends what is under way; nothing is answered after.
    void stop();

    std::uint64_t version() const override;
    grant current() const override;
    login_status status() const override;
    void acquire(std::uint64_t refused, receiver done) override;
    void refresh() override;

private:
    struct state;
    std::shared_ptr<state> state_;
};

} // namespace llm_proxy::login
