// grpc-gateway as its own documentation starts it: the handlers that protoc-gen-grpc-gateway makes from our protos, in front
// of the service. Like ours, its answers have the fields that are not set.
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"
	orchestrator "pylon/orchestrator/v1"
)

func main() {
	listen, service := os.Args[1], os.Args[2]
	mux := runtime.NewServeMux(runtime.WithMarshalerOption(runtime.MIMEWildcard, &runtime.JSONPb{OrigName: true, EmitDefaults: true}))
	options := []grpc.DialOption{grpc.WithInsecure()}
	if err := orchestrator.RegisterWorkloadServiceHandlerFromEndpoint(context.Background(), mux, service, options); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(listen, mux))
}
