@echo off
rem Runs Coco from a checkout: finds .NET, builds what is missing, hands over to the CLI. See coco --help
setlocal
set "TOP=%~dp0"
set "CLI=%TOP%artifacts\bin\coco\release\coco.exe"
where dotnet >nul 2>nul || (echo coco: the .NET 10 SDK is missing. Install it from https://dotnet.microsoft.com/download/dotnet/10.0 1>&2 & exit /b 3)
dotnet --list-sdks | findstr /b "10." >nul || (echo coco: the .NET 10 SDK is missing. Install it from https://dotnet.microsoft.com/download/dotnet/10.0 1>&2 & exit /b 3)
if "%~1"=="test" (
  dotnet test "%TOP%Coco.slnx" -c Release -v q --nologo
  exit /b
)
for %%A in (coco coco-manager coco-worker) do (
  dotnet build "%TOP%src\apps\%%A" -c Release -v q --nologo 1>&2 || exit /b 1
)
if "%~1"=="build" exit /b 0
"%CLI%" %*
