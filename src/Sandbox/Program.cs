using Pylon.Sandbox;

await using var app = SandboxHost.Build(args);
await app.RunAsync();
