using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;

namespace Pylon.Testing;

/// <summary>A real process of one of our services, on its own ports, for tests that kill it.</summary>
public static class TestProcess
{
    /// <summary>The build that tests run: the same as their own, so a build of the tests is a build of what they run.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>A process that is not started yet.</summary>
    /// <param name="project">For example Ingestion.</param>
    /// <param name="name">The word for it in messages; its log is <paramref name="folder"/>/<paramref name="name"/>.log in the checkout's logs.</param>
    /// <param name="folder">For example ingestion-tests.</param>
    /// <param name="settings">Its environment.</param>
    /// <param name="speaksGrpc">False for one with HTTP only.</param>
    public static ServiceProcess Of(string project, string name, string folder, IEnumerable<KeyValuePair<string, string>> settings, bool speaksGrpc = true)
    {
        var checkout = Checkout.Find();
        return ServiceProcess.OnFreePorts(
            name, checkout.Program(project, Configuration), Path.Combine(checkout.Logs, folder, $"{name}.log"), speaksGrpc, settings);
    }
}
