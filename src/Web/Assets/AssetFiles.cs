using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;

namespace Pylon.Web.Assets;

/// <summary>
/// The files of wwwroot, which are resources of the assembly. The address of one has the hash of its content, so browsers
/// keep it for a year and never show an old one.
/// </summary>
internal sealed class AssetFiles
{
    private readonly Dictionary<string, AssetFile> _byAddress = [];
    private readonly Dictionary<string, string> _addresses = [];

    public AssetFiles()
    {
        foreach (var (name, contentType) in new[] { ("pylon.css", "text/css; charset=utf-8"), ("pylon.js", "text/javascript; charset=utf-8"), ("pylon.svg", "image/svg+xml") })
        {
            var content = Read(name);
            var hash = Convert.ToHexStringLower(SHA256.HashData(content))[..12];
            var file = $"{Path.GetFileNameWithoutExtension(name)}.{hash}{Path.GetExtension(name)}";
            _byAddress[file] = new AssetFile(contentType, content, Compress(content));
            _addresses[name] = $"/web/assets/{file}";
        }
    }

    /// <summary>The address of a file, for example of pylon.css.</summary>
    public string this[string name] => _addresses[name];

    public void Map(RouteGroupBuilder web) => web.MapGet("/assets/{file}", Serve);

    private IResult Serve(string file, HttpContext context)
    {
        if (!_byAddress.TryGetValue(file, out var asset))
            return Results.NotFound();
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        context.Response.Headers.Vary = "Accept-Encoding";
        if (!context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal))
            return Results.Bytes(asset.Plain, asset.ContentType);
        context.Response.Headers.ContentEncoding = "br";
        return Results.Bytes(asset.Brotli, asset.ContentType);
    }

    private static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The assembly has no {name}.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Optimal))
            brotli.Write(content);
        return compressed.ToArray();
    }
}
