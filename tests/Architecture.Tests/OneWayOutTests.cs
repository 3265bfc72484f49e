namespace Pylon.Architecture.Tests;

/// <summary>What calls outside Pylon goes through the guard of ServiceDefaults/Outgoing, in every service.</summary>
public class OneWayOutTests
{
    private static readonly string[] Ways = ["AddHttpClient(", "AddHttpClient<", "new HttpClient(", "HttpClientHandler", "new SocketsHttpHandler", "WebRequest", "new TcpClient"];

    // Between processes of Pylon; the tools of a person and the simulation, which are not for production.
    private static readonly string[] Others = ["Outgoing/", "Rpc/Client/Connections.cs", "LocalStack/", "Sandbox/", "Cli/"];

    [Fact]
    public void NoServiceMakesAClientOfItsOwn()
    {
        var source = Path.Combine(Checkout.Directory, "src");
        var own =
            from file in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            let name = Path.GetRelativePath(source, file).Replace('\\', '/')
            where !name.Contains("/obj/", StringComparison.Ordinal) && !Others.Any(other => name.Contains(other, StringComparison.Ordinal))
            let text = File.ReadAllText(file)
            from way in Ways
            where text.Contains(way, StringComparison.Ordinal)
            select $"{name}: {way}";

        Expect.None("A client of what is outside is made by AddOutgoingClient.", own);
    }
}
