namespace Pylon.Web.Assets;

/// <summary>A file of wwwroot, as it is and compressed.</summary>
internal sealed record AssetFile(string ContentType, byte[] Plain, byte[] Brotli);
