using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;

namespace Pylon.Testing;

/// <summary>A real process of one of our services, on ports of its own, for tests that kill it.</summary>
public static class TestProcess
{
    /// <summary>A process that is not started yet, of the same build as the tests: a build of them is a build of what they run.</summary>
    /// <param name="project">For example Ingestion.</param>
    /// <param name="name">The word for it in messages; its log is <paramref name="folder"/>/<paramref name="name"/>.log in the checkout's logs.</param>
    /// <param name="folder">For example ingestion-tests.</param>
    /// <param name="settings">Its environment.</param>
    /// <param name="speaksGrpc">False for one that has HTTP only.</param>
    public static ServiceProcess Of(string project, string name, string folder, IEnumerable<KeyValuePair<string, string>> settings, bool speaksGrpc = true)
    {
        var checkout = Checkout.Find();
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var (http, grpc) = (Ports.Throwaway(), Ports.Throwaway());
        return new ServiceProcess(
            name, checkout.Program(project, configuration), Path.Combine(checkout.Logs, folder, $"{name}.log"), http, !speaksGrpc ? null : grpc == http ? grpc + 1 : grpc, settings);
    }
}
