using System.IO.Compression;
using System.Text;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp.Orders;

/// <summary>Compressed JSON: 100,000 orders repeat mostly the same schema addresses.</summary>
internal static class Packed
{
    public static byte[] Pack(JObject value)
    {
        using var bytes = new MemoryStream();
        using (var deflate = new DeflateStream(bytes, CompressionLevel.Fastest))
            deflate.Write(Encoding.UTF8.GetBytes(Json.Write(value)));
        return bytes.ToArray();
    }

    public static JObject Unpack(byte[] packed)
    {
        using var deflate = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var text = new StreamReader(deflate, Encoding.UTF8);
        return (JObject)Json.Parse(text.ReadToEnd());
    }
}
