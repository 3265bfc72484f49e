using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Pylon.ServiceDefaults.Tls;

/// <summary>
/// A certificate with its key, in PEM or PFX. A file that is replaced counts for new connections, without a restart; the open ones go on.
/// Kestrel's own reload binds the port anew and ends the connections that are open (ADR 0040). The files are read, not watched: a
/// mounted secret is a link whose own time never changes.
/// </summary>
internal sealed class CertificateFile
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly string? _keyPath;
    private readonly string? _password;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _one = new();

    private Files _files;
    private SslStreamCertificateContext _current;
    private long _checkedAt;

    /// <param name="path">The certificate and those that lead to its root; in PEM or PFX.</param>
    /// <param name="keyPath">The key in PEM; null: it is in the first file.</param>
    /// <param name="password">Of the key, or of the PFX.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where a change is logged.</param>
    /// <exception cref="CryptographicException">There is no certificate with a key in the files.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public CertificateFile(string path, string? keyPath, string? password, TimeProvider time, ILogger log)
    {
        (_path, _keyPath, _password, _time, _log) = (path, keyPath, password, time, log);
        _files = Read();
        _current = Load(_files);
        _checkedAt = time.GetTimestamp();
    }

    /// <summary>The certificate of a new connection.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            if (_time.GetElapsedTime(Interlocked.Read(ref _checkedAt)) >= CheckEvery && _one.TryEnter())
            {
                try
                {
                    Check();
                }
                finally
                {
                    _one.Exit();
                }
            }

            return Volatile.Read(ref _current);
        }
    }

    private void Check()
    {
        Interlocked.Exchange(ref _checkedAt, _time.GetTimestamp());
        try
        {
            var files = Read();
            if (files.AreAs(_files))
                return;
            // Those that cannot be used are not tried, nor logged, a second time.
            _files = files;
            Volatile.Write(ref _current, Load(files));
            _log.CertificateChanged(_path, _current.TargetCertificate.Subject, _current.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            _log.CertificateNotChanged(e, _path);
        }
    }

    private Files Read() => new(File.ReadAllBytes(_path), _keyPath is null ? null : File.ReadAllBytes(_keyPath));

    private SslStreamCertificateContext Load(Files files)
    {
        X509Certificate2Collection chain = [];
        X509Certificate2 own;
        if (files.Certificate.AsSpan().IndexOf("-----BEGIN"u8) >= 0)
        {
            var text = Encoding.ASCII.GetString(files.Certificate);
            var key = files.Key is null ? text : Encoding.ASCII.GetString(files.Key);
            own = string.IsNullOrEmpty(_password) ? X509Certificate2.CreateFromPem(text, key) : X509Certificate2.CreateFromEncryptedPem(text, key, _password);
            chain.ImportFromPem(text);
        }
        else
        {
            chain = X509CertificateLoader.LoadPkcs12Collection(files.Certificate, _password);
            own = chain.FirstOrDefault(one => one.HasPrivateKey) ?? throw new CryptographicException("There is no private key in the file.");
        }

        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    private sealed record Files(byte[] Certificate, byte[]? Key)
    {
        public bool AreAs(Files other) => Certificate.AsSpan().SequenceEqual(other.Certificate) && Key.AsSpan().SequenceEqual(other.Key);
    }
}
