using System.Numerics;
using System.Text;

namespace Pylon.Signing.Tests;

/// <summary>Each refusal of a header, a time, a key or a body, with its code and its reason.</summary>
public sealed class RefusalTests : IDisposable
{
    private const long Created = 1_767_225_600;
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"context":{"bpp_id":"bpp.example.com"},"message":{"n":1.0}}""");

    private readonly SigningKey _key = SigningKey.Create();
    private readonly string _good;

    public RefusalTests() => _good = _key.Sign(new SignerId("bpp.example.com", "k1"), Created, Created + 300, Body).ToString();

    public void Dispose() => _key.Dispose();

    [Fact]
    public void TheGoodOneIsTaken() => Assert.True(Verifies(_good, Body));

    [Fact]
    public void NoHeader() => Refused(null, "SIGNATURE_MISSING", "must be given");

    [Fact]
    public void EmptyHeader() => Refused("", "SIGNATURE_MISSING", "must be given");

    [Fact]
    public void BasicScheme() => Refused("Basic dXNlcjpwYXNz", "SIGNATURE_MALFORMED", "scheme Signature");

    [Fact]
    public void SchemeAlone() => Refused("Signature", "SIGNATURE_MALFORMED", "scheme Signature");

    [Fact]
    public void LongerScheme() => Refused(_good.Replace("Signature ", "Signatures ", StringComparison.Ordinal), "SIGNATURE_MALFORMED", "scheme Signature");

    [Fact]
    public void SchemeInLowerCaseIsTaken() => Assert.True(Verifies(_good.Replace("Signature ", "signature ", StringComparison.Ordinal), Body));

    [Fact]
    public void AttributesInAnotherOrderWithSpacesAreTaken()
    {
        var parts = _good["Signature ".Length..].Split(',');
        Assert.True(Verifies("Signature  " + string.Join(" , ", parts.Reverse()) + " ", Body));
    }

    [Theory]
    [InlineData("bpp.example.com|k1")]
    [InlineData("bpp.example.com|k1|x|ed25519")]
    [InlineData("ed25519")]
    public void KeyIdOfOtherThanThreeParts(string keyId) => Refused(With("keyId", keyId), "SIGNATURE_MALFORMED", "keyId: must be");

    [Theory]
    [InlineData("|k1|ed25519")]
    [InlineData("bpp.example.com||ed25519")]
    [InlineData("../admin|k1|ed25519")]
    [InlineData("a/../b|k1|ed25519")]
    [InlineData(".|k1|ed25519")]
    [InlineData("bpp example|k1|ed25519")]
    [InlineData("bpp?x=y|k1|ed25519")]
    [InlineData("bpp%2e%2e|k1|ed25519")]
    public void KeyIdWithPartsThatNoRegistryHas(string keyId) => Refused(With("keyId", keyId), "SIGNATURE_MALFORMED", "1 to 255 letters");

    [Fact]
    public void SubscriberOf256Letters() => Refused(With("keyId", $"{new string('a', 256)}|k1|ed25519"), "SIGNATURE_MALFORMED", "1 to 255 letters");

    [Theory]
    [InlineData("rsa-sha256")]
    [InlineData("hs2019")]
    [InlineData("Ed25519")]
    public void OtherAlgorithm(string algorithm) => Refused(With("algorithm", algorithm), "UNSUPPORTED", "algorithm: must be ed25519");

    [Fact]
    public void OtherAlgorithmInKeyId() => Refused(With("keyId", "bpp.example.com|k1|rsa"), "UNSUPPORTED", "algorithm: must be ed25519");

    [Theory]
    [InlineData("digest")]
    [InlineData("(created) (expires)")]
    [InlineData("(expires) (created) digest")]
    [InlineData("(created) (expires) digest request-signature")]
    public void OtherLines(string lines) => Refused(With("headers", lines), "UNSUPPORTED", "headers: must be");

    [Theory]
    [InlineData("created", "-1")]
    [InlineData("created", "1767225600.0")]
    [InlineData("created", "01767225600")]
    [InlineData("created", " 1767225600")]
    [InlineData("created", "999999999999")]
    [InlineData("expires", "2026-01-01T00:00:00Z")]
    [InlineData("expires", "1e9")]
    public void TimeThatIsNotSeconds(string name, string value) => Refused(With(name, value), "SIGNATURE_MALFORMED", $"{name}: must be seconds");

    [Theory]
    [InlineData("keyId")]
    [InlineData("algorithm")]
    [InlineData("created")]
    [InlineData("expires")]
    [InlineData("headers")]
    [InlineData("signature")]
    public void MissingAttribute(string name) =>
        Refused("Signature " + string.Join(',', Attributes().Where(a => !a.StartsWith(name + "=", StringComparison.Ordinal))), "SIGNATURE_MALFORMED", "must have the attributes");

    [Fact]
    public void DuplicateAttribute() => Refused(With("algorithm", "ed25519\",created=\"1767225600"), "SIGNATURE_MALFORMED", "created: must be given once");

    [Fact]
    public void SeventhAttribute() => Refused(_good + ",opaque=\"x\"", "SIGNATURE_MALFORMED", "no other attributes");

    [Fact]
    public void TwoSignaturesInOneHeader() => Refused($"{_good}, {_good}", "SIGNATURE_MALFORMED", "no other attributes");

    [Fact]
    public void UnknownAttribute() => Refused(_good.Replace("algorithm=", "alg=", StringComparison.Ordinal), "SIGNATURE_MALFORMED", "no other attributes");

    [Fact]
    public void NameInOtherCase() => Refused(_good.Replace("keyId=", "keyid=", StringComparison.Ordinal), "SIGNATURE_MALFORMED", "no other attributes");

    [Fact]
    public void ValueWithoutQuotes() => Refused(_good.Replace("\"1767225600\"", "1767225600", StringComparison.Ordinal), "SIGNATURE_MALFORMED", "created: must have a value in double quotes");

    [Fact]
    public void EmptyValue() => Refused(With("created", ""), "SIGNATURE_MALFORMED", "created: must have a value");

    [Fact]
    public void OpenQuote() => Refused(_good[..^1], "SIGNATURE_MALFORMED", "signature: must have a value");

    [Theory]
    [InlineData('\0')]
    [InlineData('\n')]
    [InlineData('\t')]
    [InlineData('é')]
    public void LetterThatIsNotPrintable(char letter) => Refused(_good.Replace("k1", $"k{letter}", StringComparison.Ordinal), "SIGNATURE_MALFORMED", "printable ASCII");

    [Fact]
    public void HeaderOfOneMegabyte() => Refused(_good + new string(',', 1024 * 1024), "SIGNATURE_MALFORMED", "at most 1024 characters");

    [Theory]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(66)]
    public void SignatureOfAnotherLength(int bytes) => Refused(With("signature", Convert.ToBase64String(new byte[bytes])), "SIGNATURE_MALFORMED", "signature: must be 64 bytes");

    [Fact]
    public void SignatureWithoutPadding() => Refused(_good.Replace("==\"", "\"", StringComparison.Ordinal), "SIGNATURE_MALFORMED", "signature: must be 64 bytes");

    [Fact]
    public void UrlSafeSignature() => Refused(With("signature", new string('_', 86) + "=="), "SIGNATURE_MALFORMED", "signature: must be 64 bytes");

    [Fact]
    public void SignatureWithLooseBits()
    {
        var signature = Attributes()[5][11..^1];
        // The last letter before the padding has four bits that no byte holds.
        Refused(With("signature", signature[..85] + (char)(signature[85] + 1) + "=="), "SIGNATURE_MALFORMED", "signature: must be 64 bytes");
    }

    [Theory]
    [InlineData(-6, "created: must be at most 5 s")]
    [InlineData(301, "expires: must not be over")]
    public void OutsideItsTime(int seconds, string reason) => OutOfTime(_good, seconds, reason);

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(300)]
    public void InsideItsTime(int seconds)
    {
        Assert.Null(SignatureHeader.TryParse(_good, out var header));
        Assert.Null(header!.OutOfTime(At(seconds), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void ExpiresOneMillisecondAgo()
    {
        Assert.Null(SignatureHeader.TryParse(_good, out var header));
        Assert.NotNull(header!.OutOfTime(At(300) + TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void CreatedAfterExpires() => OutOfTime(With("expires", "1767225599"), 0, "expires: must not be before created");

    [Fact]
    public void WindowOfMoreThanAnHour() => OutOfTime(With("expires", $"{Created + 3601}"), 0, "expires: must be at most 3600 s");

    [Fact]
    public void TimesThatAreTooLargeDoNotThrow()
    {
        Assert.Null(SignatureHeader.TryParse(With("created", "99999999999"), out var header));
        Assert.NotNull(header!.OutOfTime(At(0), TimeSpan.FromSeconds(5)));
        Assert.Null(SignatureHeader.TryParse(With("created", "99999999999").Replace("expires=\"1767225900\"", "expires=\"99999999999\"", StringComparison.Ordinal), out header));
        Assert.NotNull(header!.OutOfTime(At(0), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void BodyWithOneBitFlipped()
    {
        var body = Body.ToArray();
        body[7] ^= 1;
        Assert.False(Verifies(_good, body));
    }

    [Fact]
    public void BodyWrittenAnew() => Assert.False(Verifies(_good, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Body).Replace("1.0", "1", StringComparison.Ordinal))));

    [Fact]
    public void BodyWithSpace() => Assert.False(Verifies(_good, [.. Body, (byte)'\n']));

    [Fact]
    public void BodyWithByteOrderMark() => Assert.False(Verifies(_good, [0xEF, 0xBB, 0xBF, .. Body]));

    [Fact]
    public void EmptyBody() => Assert.False(Verifies(_good, []));

    [Theory]
    [InlineData("created", "1767225601")]
    [InlineData("expires", "1767225901")]
    public void OtherTimeThanSigned(string name, string value) => Assert.False(Verifies(With(name, value), Body));

    [Fact]
    public void SignatureOfAnotherKey()
    {
        using var other = SigningKey.Create();
        Assert.False(Verifies(other.Sign(new SignerId("bpp.example.com", "k1"), Created, Created + 300, Body).ToString(), Body));
    }

    [Fact]
    public void SignatureWithSThatIsNotReduced()
    {
        // S + L is the same number modulo the order of the group: a second signature of the same bytes, if it were taken.
        var order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
        Assert.Null(SignatureHeader.TryParse(_good, out var header));
        var signature = header!.Signature.ToArray();
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true) + order;
        Assert.True(s.TryWriteBytes(signature.AsSpan(32), out _, isUnsigned: true));
        Assert.False(Verifies(With("signature", Convert.ToBase64String(signature)), Body));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(0)]
    public void PublicKeyOfAnotherLength(int bytes) => Assert.Null(VerificationKey.TryParse(Convert.ToBase64String(new byte[bytes])));

    [Theory]
    [InlineData("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg")]
    [InlineData("A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=")]
    [InlineData(" A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=")]
    [InlineData("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbh=")]
    [InlineData(null)]
    public void PublicKeyInOtherBase64(string? text) => Assert.Null(VerificationKey.TryParse(text));

    [Fact]
    public void PublicKeyOfSmallOrderVerifiesNothing()
    {
        // The neutral element: with it S = 0 and R = A would verify every message.
        byte[] neutral = [1, .. new byte[31]];
        var key = VerificationKey.TryParse(Convert.ToBase64String(neutral));
        var header = new SignatureHeader(new SignerId("a", "b"), Created, Created + 300, (byte[])[.. neutral, .. new byte[32]]);
        Assert.False(key?.Verifies(header, Body) ?? false);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(63)]
    [InlineData(65)]
    public void PrivateKeyOfAnotherLength(int bytes) => Assert.Null(SigningKey.TryParse(Convert.ToBase64String(new byte[bytes])));

    [Fact]
    public void PrivateKeyWithAForeignPublicKey() => Assert.Null(SigningKey.TryParse(Convert.ToBase64String(new byte[64])));

    private static DateTimeOffset At(int seconds) => DateTimeOffset.FromUnixTimeSeconds(Created + seconds);

    private string[] Attributes() => _good["Signature ".Length..].Split(',');

    private string With(string name, string value) =>
        "Signature " + string.Join(',', Attributes().Select(a => a.StartsWith(name + "=", StringComparison.Ordinal) ? $"{name}=\"{value}\"" : a));

    private static void Refused(string? text, string code, string reason)
    {
        var refusal = SignatureHeader.TryParse(text, out var header);
        Assert.Null(header);
        Assert.Equal(code, refusal?.Code);
        Assert.Contains(reason, refusal!.Reason, StringComparison.Ordinal);
    }

    private static void OutOfTime(string text, int seconds, string reason)
    {
        Assert.Null(SignatureHeader.TryParse(text, out var header));
        var refusal = header!.OutOfTime(At(seconds), TimeSpan.FromSeconds(5));
        Assert.Equal("SIGNATURE_OUT_OF_TIME", refusal?.Code);
        Assert.Contains(reason, refusal!.Reason, StringComparison.Ordinal);
    }

    private bool Verifies(string text, byte[] body)
    {
        Assert.Null(SignatureHeader.TryParse(text, out var header));
        return VerificationKey.TryParse(_key.PublicKey)!.Verifies(header!, body);
    }
}
