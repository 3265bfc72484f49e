using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Pylon.Compat.Tests;

/// <summary>The metadata of an assembly on disk, read without loading it.</summary>
internal sealed class AssemblyFile(string path) : IDisposable
{
    private readonly PEReader _file = new(File.OpenRead(path));

    public MetadataReader Metadata => _file.GetMetadataReader();

    public void Dispose() => _file.Dispose();
}
