using Npgsql;

namespace Pylon.Postgres.Tests;

public sealed class PostgresUriTests
{
    [Theory]
    [InlineData("postgresql://pylon@127.0.0.1:5433/pylon", "127.0.0.1", 5433, "pylon", null, "pylon")]
    [InlineData("postgres://u%40x:p%3Aw%2F@db.example/some%20db", "db.example", 5432, "u@x", "p:w/", "some db")]
    [InlineData("postgresql://u:p@w@h/d", "h", 5432, "u", "p@w", "d")]
    [InlineData("postgresql://[::1]:6000/d", "::1", 6000, null, null, "d")]
    [InlineData("postgresql:///d?host=/run/postgresql&user=me", "/run/postgresql", 5432, "me", null, "d")]
    [InlineData("postgresql://", "localhost", 5432, null, null, null)]
    [InlineData("Host=h;Port=7;Username=u;Password=p;Database=d", "h", 7, "u", "p", "d")]
    public void UriNamesTheServer(string text, string host, int port, string? user, string? password, string? database)
    {
        var read = PostgresUri.Parse(text);

        Assert.Equal((host, port, user, password, database), (read.Host, read.Port, read.Username, read.Password, read.Database));
    }

    [Fact]
    public void ParametersOfLibpqAreHonoured()
    {
        var read = PostgresUri.Parse("postgresql://h/d?sslmode=verify-full&connect_timeout=3&application_name=me");

        Assert.Equal((SslMode.VerifyFull, 3, "me"), (read.SslMode, read.Timeout, read.ApplicationName));
    }

    [Fact]
    public void SeveralHostsAreKept() =>
        Assert.Equal("a:1,b:2", PostgresUri.Parse("postgresql://u@a:1,b:2/d").Host);

    [Theory]
    [InlineData("postgresql://h:port/d", "port")]
    [InlineData("postgresql://h/d?sslmode=maybe", "sslmode")]
    [InlineData("postgresql://h/d?no_reset_on_close=perhaps", "no_reset_on_close")]
    [InlineData("postgresql://h/d?gssencmode=disable", "gssencmode")]
    [InlineData("what is this", "postgresql://")]
    public void WhatCannotBeHonouredIsRefusedByName(string text, string name) =>
        Assert.Contains(name, Assert.Throws<FormatException>(() => PostgresUri.Parse(text)).Message);
}
